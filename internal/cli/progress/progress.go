// Package progress shows how downloads come along: a line for each, one for all
// with the time that is left, and above them what is done before there are any. It
// counts, words and draws. What a line is about it is told as a name.
package progress

import (
	"fmt"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/gosw/gosw/internal/cli/term"
)

// A Progress is what one command shows. It is safe for concurrent use.
type Progress struct {
	ui    *term.UI
	drawn bool // else a line is said when a download begins
	Stop  func()

	mu    sync.Mutex
	doing string
	rows  []*Row
	clock *progressbar.ProgressBar // of all bytes: what is left of them, in time
}

// Start shows what is done, which may be "", until Stop is called.
func Start(ui *term.UI, doing string) *Progress {
	p := &Progress{ui: ui, doing: doing, Stop: func() {}, clock: newBar(1)}
	if stop := draw(ui, p.frame); stop != nil {
		p.Stop, p.drawn = stop, true
	}
	return p
}

// Retry says that a request is sent again, as what is done needs it.
func (p *Progress) Retry(next, most int, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	doing, _, _ := strings.Cut(p.doing, ": ")
	p.doing = doing + ": " + retrying(next, most, reason)
}

// A Row is one download.
type Row struct {
	p           *Progress
	name        string
	now         bool // it has begun and not ended
	said        bool
	done, total int64
	phase       string // after the download
	trouble     string
	seen        int // frames that have shown it
	over        bool
}

// Row adds a download that has not begun.
func (p *Progress) Row(name string) *Row {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &Row{p: p, name: name}
	p.rows = append(p.rows, r)
	return r
}

// change is what all methods do under the lock.
func (r *Row) change(f func()) {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	f()
}

// Size asks, where that is shown, how many bytes there will be at most, before the
// download begins.
func (r *Row) Size(ask func() int64) {
	if !r.p.drawn {
		return
	}
	total := ask()
	r.change(func() {
		if !r.now {
			r.total = total
		}
	})
}

// Begin shows the line.
func (r *Row) Begin() { r.change(func() { r.now = true }) }

// Report tells how many bytes are here, and how many there will be, -1 if that is
// not known.
func (r *Row) Report(done, total int64) {
	first := false
	r.change(func() {
		first, r.said = !r.said, true
		r.done, r.total, r.over = done, total, true
	})
	if first && !r.p.drawn {
		r.p.ui.Note("downloading %s", r.name)
	}
}

// Phase tells what is done once all bytes are here, such as "verifying".
func (r *Row) Phase(doing string) {
	r.change(func() { r.phase, r.over = doing, true })
}

// Retry says that a request is sent again.
func (r *Row) Retry(next, most int, reason string) {
	r.change(func() { r.trouble, r.seen, r.over = retrying(next, most, reason), 0, false })
}

// End takes the line away. Its bytes stay in the sum.
func (r *Row) End() { r.change(func() { r.now = false }) }

func retrying(next, most int, reason string) string {
	return fmt.Sprintf("retrying (%d/%d): %s", next, most, term.Clean(reason))
}
