package progress

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/cli/term"
)

// fixed is a Progress that nobody draws.
func fixed() *Progress {
	ui := term.NewUI(nil, new(bytes.Buffer), new(bytes.Buffer), func(string) string { return "" })
	p := Start(ui, "looking up releases")
	p.drawn = true
	return p
}

func TestFrame(t *testing.T) {
	t.Parallel()
	p := fixed()
	wide := term.Screen{Width: 80, Height: 24, Unicode: true}
	step := func(what string, s term.Screen, want ...string) {
		t.Helper()
		if got := strings.Join(p.frame(s), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", what, got, strings.Join(want, "\n"))
		}
	}
	step("before", wide, "looking up releases")
	p.Retry(2, 5, "connection refused")
	step("retry before", wide, "looking up releases: retrying (2/5): connection refused")
	step("no room", term.Screen{Width: 20, Unicode: true}, "looking up…")

	one := p.Row("go1.27.4")
	one.Begin()
	step("begun", wide, "go1.27.4 connecting")
	one.Report(0, 76_000_000)
	step("nothing here", wide, "go1.27.4 ╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 0/76 MB")
	one.Report(38_000_000, 76_000_000)
	step("half", wide, "go1.27.4 ━━━━━━━━━━━━━━━╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 38/76 MB")
	step("60 columns", term.Screen{Width: 60, Unicode: true}, "go1.27.4 ━━━━━━━━━━━╍╍╍╍╍╍╍╍╍╍╍╍ 38/76 MB")
	step("ASCII", term.Screen{Width: 60}, "go1.27.4 ===========............ 38/76 MB")
	step("no bar", term.Screen{Width: 40, Unicode: true}, "go1.27.4 38/76 MB")
	step("hardly room", term.Screen{Width: 14, Unicode: true}, "go1.27.4 38/…")
	step("colour", term.Screen{Width: 50, Colour: true, Unicode: true}, "go1.27.4 \x1b[36m━━━━━━\x1b[0m\x1b[2m╍╍╍╍╍╍╍\x1b[0m 38/76 MB")

	two := p.Row("go1.20.14")
	two.Size(func() int64 { return 64_000_000 })
	step("one waits", wide,
		"go1.27.4 ━━━━━━━━━━━━━━━╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 38/76 MB",
		"total    ━━━━━━━━╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 38/140 MB")
	two.Begin()
	two.Retry(3, 5, "connection reset by peer")
	one.Report(76_000_000, 76_000_000)
	step("trouble", wide,
		"go1.27.4  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ unpacking",
		"go1.20.14 retrying (3/5): connection reset by peer",
		"total     ━━━━━━━━━━━━━━━━╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 76/140 MB")
	one.Phase("verifying")
	two.Report(1_000_000, 32_000_000) // what it shares need not come
	for range enoughTime {
		p.frame(wide)
	}
	step("over", wide,
		"go1.27.4  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ verifying",
		"go1.20.14 ╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 1/32 MB",
		"total     ━━━━━━━━━━━━━━━━━━━━━╍╍╍╍╍╍╍╍╍ 77/108 MB")
	one.End()
	two.Report(2_000_000, -1)
	step("one is done, and a size is gone", wide, "go1.20.14 2.0 MB", "total     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 78/78 MB")
	two.End()
	step("both are done", wide)
}

// There are never more lines than the terminal has.
func TestFrameOfMany(t *testing.T) {
	t.Parallel()
	p := fixed()
	for range 20 {
		r := p.Row("go1.27.4")
		r.Begin()
		r.Report(1, 2)
	}
	lines := p.frame(term.Screen{Width: 80, Height: 10})
	if len(lines) != 9 || !strings.HasPrefix(lines[8], "total") {
		t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
}

// Off a terminal a download is a line.
func TestSaid(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := Start(term.NewUI(nil, new(bytes.Buffer), &out, func(string) string { return "" }), "looking up releases")
	defer p.Stop()
	r := p.Row("go1.27.4")
	r.Size(func() int64 { t.Error("asked for a size that nobody sees"); return 0 })
	r.Begin()
	r.Retry(2, 5, "connection refused")
	r.Report(0, 10)
	r.Report(10, 10)
	r.End()
	if got := out.String(); got != "gosw: downloading go1.27.4\n" {
		t.Errorf("said %q", got)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		200 * time.Millisecond: "1 s", 11500 * time.Millisecond: "12 s", 59 * time.Second: "60 s", 61 * time.Second: "2 min", 100 * time.Minute: "2 h",
	} {
		if got := words(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	for _, row := range []struct {
		done, total int64
		want        string
	}{{3000, 5_000_000, "0.0/5.0 MB"}, {38_400_000, 76_300_000, "38/76 MB"}, {450_000_000, 1_200_000_000, "0.5/1.2 GB"}} {
		if got := count(row.done, row.total); got != row.want {
			t.Errorf("%d of %d: %s, want %s", row.done, row.total, got, row.want)
		}
	}
}
