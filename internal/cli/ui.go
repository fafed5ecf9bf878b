package cli

// The rules of output:
//
//   - Results go to stdout, bare, one a line, so that scripts can read them. On a
//     terminal they may be a table, in colours: see screen.go and table.go.
//   - All else goes to stderr and starts with "gosw: ". What others have
//     chosen, such as the name of a folder, can't steer the terminal from there.
//   - Nothing is said when nothing happened.
//   - Progress is drawn only where stderr is a terminal that can move its
//     cursor, and is gone when it is done.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/gosw/gosw/internal/shell"
)

type ui struct {
	mu       sync.Mutex
	out, err io.Writer
	in       io.Reader
	getenv   func(string) string
	shell    shell.Shell // which commands are typed in
	progress bool        // stderr is a terminal that can redraw a line
	bar      *progress
}

func newUI(in io.Reader, out, err io.Writer, getenv func(string) string) *ui {
	return &ui{in: in, out: out, err: err, getenv: getenv, shell: userShell(getenv), progress: isTerminal(err) && getenv("TERM") != "dumb"}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is how many columns stderr has, 0 if that can't be told.
func (u *ui) width() int {
	f, ok := u.err.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// interactive reports whether there is somebody to ask.
func (u *ui) interactive() bool { return isTerminal(u.in) && isTerminal(u.err) }

// print writes a result.
func (u *ui) print(format string, args ...any) error {
	_, err := fmt.Fprintf(u.out, format+"\n", args...)
	return printed(err)
}

// printText writes a result in which others have chosen something, such as a path:
// as it is for who reads it from a file or pipe, clean on a terminal.
func (u *ui) printText(text string) error {
	if isTerminal(u.out) {
		text = clean(text)
	}
	return u.print("%s", text)
}

// printCode is printText for what a shell evaluates.
func (u *ui) printCode(text string) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range lines {
		if isTerminal(u.out) {
			lines[i] = clean(lines[i])
		}
	}
	return u.print("%s", strings.Join(lines, "\n"))
}

// An outputError is that of stdout. No hint on full disks or rights fits it.
type outputError struct{ err error }

func (e *outputError) Error() string { return "print the result: " + e.err.Error() }
func (e *outputError) Unwrap() error { return e.err }

// printed is the error of stdout, if there is one.
func printed(err error) error {
	if err == nil {
		return nil
	}
	return &outputError{err}
}

// A checkedWriter keeps the first error: what cobra itself prints, such as a
// help text, it prints unchecked.
type checkedWriter struct {
	to  io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// printJSON writes a result for machines, indented. Its schema is in
// docs/reference.md.
func (u *ui) printJSON(v any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "\t")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	if err == nil {
		_, err = u.out.Write(escapeJSON(text.Bytes()))
	}
	return printed(err)
}

// escapeJSON writes what could steer a terminal, or turn the direction of its text,
// in the other way that JSON has for it. Only strings can hold such characters.
func escapeJSON(text []byte) []byte {
	odd := func(r rune) bool { return r > '~' && !unicode.IsGraphic(r) }
	if !bytes.ContainsFunc(text, odd) {
		return text
	}
	var out bytes.Buffer
	for _, r := range string(text) {
		if !odd(r) {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			_, _ = fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.Bytes()
}

// note says something to the user on stderr.
func (u *ui) note(format string, args ...any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.bar != nil {
		u.bar.hide()
	}
	_, _ = fmt.Fprintf(u.err, "gosw: %s\n", clean(fmt.Sprintf(format, args...)))
}

func (u *ui) hint(text string, args ...any) {
	if said := hintf(text, args...).in(u.shell); said != "" {
		u.note("hint: %s", said)
	}
}

// maxNote bounds what a message takes of a terminal, in bytes.
const maxNote = 4000

// bounded is text without the middle of what is endless.
func bounded(text string) string {
	if len(text) > maxNote {
		return text[:maxNote/2] + "…" + text[len(text)-maxNote/2:]
	}
	return text
}

// clean makes text fit for a terminal, whoever has written parts of it: what
// could steer the terminal is escaped, a second line is indented, so that it does
// not pass for a message of its own, and the middle of what is endless goes.
func clean(text string) string {
	var out strings.Builder
	for text = bounded(text); len(text) > 0; {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == '\n':
			out.WriteString("\n\t")
		case r == '\t' || unicode.IsGraphic(r) && (r != utf8.RuneError || size > 1):
			out.WriteString(text[:size])
		default:
			quoted := strconv.QuoteToASCII(text[:size])
			out.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return out.String()
}
