package cli

// The rules of output:
//
//   - Results go to stdout, bare, one a line, so that scripts can read them.
//   - All else goes to stderr and starts with "gosw: ".
//   - Nothing is said when nothing happened.
//   - Progress is drawn only where stderr is a terminal that can move its
//     cursor, and is gone when it is done.

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

type ui struct {
	mu       sync.Mutex
	out, err io.Writer
	in       io.Reader
	progress bool // stderr is a terminal that can redraw a line
	bar      *progress
}

func newUI(inv Invocation) *ui {
	u := &ui{out: inv.Stdout, err: inv.Stderr, in: inv.Stdin}
	a := app{inv: inv}
	u.progress = isTerminal(inv.Stderr) && a.getenv("TERM") != "dumb"
	return u
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// interactive reports whether there is somebody to ask.
func (u *ui) interactive() bool { return isTerminal(u.in) && isTerminal(u.err) }

// print writes a result.
func (u *ui) print(format string, args ...any) error {
	_, err := fmt.Fprintf(u.out, format+"\n", args...)
	return err
}

// printJSON writes a result for machines, indented. Its schema is in
// docs/json.md.
func (u *ui) printJSON(v any) error {
	encoder := json.NewEncoder(u.out)
	encoder.SetIndent("", "\t")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// note says something to the user on stderr.
func (u *ui) note(format string, args ...any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.bar != nil {
		u.bar.hide()
	}
	_, _ = fmt.Fprintf(u.err, "gosw: "+format+"\n", args...)
}

func (u *ui) hint(text string) { u.note("hint: %s", text) }
