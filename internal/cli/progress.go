package cli

import (
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/gosw/gosw/internal/gover"
)

// A progress is one line for all downloads together.
type progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	names string
	done  map[gover.Version]int64
	total map[gover.Version]int64
}

// startProgress draws a line until the returned function is called. Where
// there is nothing to draw on, it draws nothing.
func (u *ui) startProgress(names []string) (p *progress, stop func()) {
	if !u.progress {
		return nil, func() {}
	}
	p = &progress{
		names: strings.Join(names, " "),
		done:  make(map[gover.Version]int64),
		total: make(map[gover.Version]int64),
	}
	p.bar = progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(u.err),
		progressbar.OptionSetDescription(p.names),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(20),
		progressbar.OptionClearOnFinish(),
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

// report returns the function that takes the progress of one download.
func (p *progress) report(v gover.Version) func(done, total int64) {
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
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.bar.Clear()
}
