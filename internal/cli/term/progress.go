package term

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/gosw/gosw/internal/gover"
)

// A Progress is one line for all downloads together.
type Progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	names string // what the line begins with
	done  map[gover.Version]int64
	total map[gover.Version]int64
}

// StartProgress draws a line until the returned function is called. Where
// there is nothing to draw on, it draws nothing.
func (u *UI) StartProgress(names []string) (p *Progress, stop func()) {
	if !u.progress {
		return nil, func() {}
	}
	p = &Progress{
		names: label(names),
		done:  make(map[gover.Version]int64),
		total: make(map[gover.Version]int64),
	}
	p.bar = progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(&fitted{u.Err, u.width}),
		progressbar.OptionSetDescription(p.names),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(20),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(true), // to wipe also the "^C" that the terminal adds
	)
	u.mu.Lock()
	u.bar = p
	u.mu.Unlock()
	return p, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.bar = nil
		p.hide()
	}
}

// label is what the line begins with: the names, while they leave room for more.
func label(names []string) string {
	if len(names) > 2 {
		return fmt.Sprintf("%d toolchains", len(names))
	}
	return strings.Join(names, " ")
}

// fitted cuts lines, which begin with a carriage return, to what the terminal is
// wide: one that wraps can't be wiped.
type fitted struct {
	to    io.Writer
	width func() int
}

func (f *fitted) Write(p []byte) (int, error) {
	width := f.width()
	lines := strings.Split(string(p), "\r")
	for i, line := range lines {
		end := strings.IndexByte(line, '\x1b') // what erases comes last
		if end < 0 {
			end = len(line)
		}
		if runes := []rune(line[:end]); width > 0 && len(runes) >= width {
			lines[i] = string(runes[:width-1]) + line[end:]
		}
	}
	if _, err := io.WriteString(f.to, strings.Join(lines, "\r")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Report returns the function that takes the progress of one download.
func (p *Progress) Report(v gover.Version) func(done, total int64) {
	if p == nil {
		return func(int64, int64) {}
	}
	return func(done, total int64) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.done[v], p.total[v] = done, max(done, total) // total is -1 where the server does not say
		var sum, all int64
		for v := range p.total {
			sum += p.done[v]
			all += p.total[v]
		}
		label := p.names
		if sum == all {
			label += ": unpacking"
		}
		p.bar.Describe(label)
		// A download that has not begun has no size yet: the line grows.
		p.bar.ChangeMax64(max(all, 1))
		_ = p.bar.Set64(min(sum, all-1)) // at its end the bar would clear itself for good
	}
}

// hide wipes the line, so that something else can be printed.
func (p *Progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.bar.Clear()
}
