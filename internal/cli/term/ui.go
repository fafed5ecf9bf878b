// Package term is what a person sees: lines, tables, colours, progress,
// questions, and commands quoted for the user's shell. It knows nothing of
// toolchains.
package term

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

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/sumdb"
)

// UI is where a command speaks to the user, and asks.
type UI struct {
	Mu       sync.Mutex // who writes to Err while there is a Drawing holds it
	Out, Err io.Writer
	in       io.Reader
	getenv   func(string) string
	Shell    shell.Shell // which commands are typed in
	Draws    bool        // stderr is a terminal that can redraw a line
	Drawing  Drawing     // nil if nothing is drawn
}

// A Drawing is a few lines below all that is said. Who calls Erase or Draw holds the
// UI's lock.
type Drawing interface {
	Erase() bool // leaves the cursor where it began; false if nothing was drawn
	Draw()
	Stop() // erases it for good
}

// StopDrawing ends what is drawn, if anything is. Once it returns nobody draws.
func (u *UI) StopDrawing() {
	u.Mu.Lock()
	d := u.Drawing
	u.Mu.Unlock()
	if d != nil {
		d.Stop()
	}
}

// userShell is the shell that SHELL names, bash if it names none that gosw has
// code for.
func userShell(getenv func(string) string) shell.Shell {
	sh, ok := shell.Detect(getenv)
	if !ok {
		sh, _ = shell.Lookup("bash")
	}
	return sh
}

// NewUI returns the UI of streams, which may be terminals.
func NewUI(in io.Reader, out, err io.Writer, getenv func(string) string) *UI {
	return &UI{in: in, Out: out, Err: err, getenv: getenv, Shell: userShell(getenv), Draws: IsTerminal(err) && getenv("TERM") != "dumb"}
}

// IsTerminal reports whether somebody looks at stream.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Interactive reports whether there is somebody to ask.
func (u *UI) Interactive() bool { return IsTerminal(u.in) && IsTerminal(u.Err) }

// Print writes a result.
func (u *UI) Print(format string, args ...any) error {
	_, err := fmt.Fprintf(u.Out, format+"\n", args...)
	return Printed(err)
}

// PrintEach writes a line for each of items.
func PrintEach[T any](u *UI, items []T, line func(T) string) error {
	for _, item := range items {
		if err := u.Print("%s", line(item)); err != nil {
			return err
		}
	}
	return nil
}

// PrintText writes a result in which others have chosen something, such as a path:
// as it is for who reads it from a file or pipe, clean on a terminal.
func (u *UI) PrintText(text string) error {
	if IsTerminal(u.Out) {
		text = Clean(text)
	}
	return u.Print("%s", text)
}

// PrintCode is printText for what a shell evaluates.
func (u *UI) PrintCode(text string) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range lines {
		if IsTerminal(u.Out) {
			lines[i] = Clean(lines[i])
		}
	}
	return u.Print("%s", strings.Join(lines, "\n"))
}

// An OutputError is that of stdout. No hint on full disks or rights fits it.
type OutputError struct{ err error }

func (e *OutputError) Error() string { return "print the result: " + e.err.Error() }
func (e *OutputError) Unwrap() error { return e.err }

// Printed is the error of stdout, if there is one.
func Printed(err error) error {
	if err == nil {
		return nil
	}
	return &OutputError{err}
}

// PrintJSON writes a result for machines, indented. Its schema is in
// docs/reference.md.
func (u *UI) PrintJSON(v any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "\t")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	if err == nil {
		_, err = u.Out.Write(escapeJSON(text.Bytes()))
	}
	return Printed(err)
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

// Note says something to the user on stderr.
func (u *UI) Note(format string, args ...any) {
	u.note(Plain, fmt.Sprintf(format, args...))
}

// Error says what went wrong on stderr.
func (u *UI) Error(err error) { u.note(Bad, err.Error()) }

func (u *UI) note(st Style, text string) {
	if IsTerminal(u.Err) {
		text = short(u.getenv("HOME"), text)
	}
	u.say(st, "gosw:", text, nil)
}

// say writes a message as wide as the terminal: a mark, the last word of which is
// painted, and text, in which what keep has stays whole.
func (u *UI) say(st Style, mark, text string, keep []string) {
	s, _ := u.ScreenOf(u.Err)
	text = s.fold(mark+" "+Clean(text), keep)
	word := mark[strings.LastIndex(mark, " ")+1:]
	u.Mu.Lock()
	defer u.Mu.Unlock()
	if u.Drawing != nil && u.Drawing.Erase() {
		defer u.Drawing.Draw()
	}
	_, _ = fmt.Fprintln(u.Err, strings.Replace(text, word, s.Paint(st, word), 1))
}

// Remark is Note for what only a person wants to hear, such as that there was
// nothing to do.
func (u *UI) Remark(format string, args ...any) {
	if IsTerminal(u.Err) {
		u.Note(format, args...)
	}
}

// Hint says what to do; text is as that of a command.Hint.
func (u *UI) Hint(text string, args ...any) {
	hint := command.Hintf(text, args...)
	if said := Words(hint, u.Shell); said != "" {
		u.say(Special, "gosw: hint:", said, texts(hint, u.Shell))
	}
}

// texts are the parts of a hint that are not its own words: commands, and what else is
// to be copied, such as a line for a start-up file.
func texts(hint command.Hint, sh shell.Shell) (all []string) {
	if hint.Text == "" && hint.Command != nil {
		return []string{shell.Line(sh, hint.Command)}
	}
	for _, arg := range hint.Args {
		switch arg := arg.(type) {
		case string:
			all = append(all, arg)
		case command.Command:
			all = append(all, shell.Line(sh, arg))
		case command.Hint:
			all = append(all, texts(arg, sh)...)
		}
	}
	return all
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

// Clean makes text fit for a terminal, whoever has written parts of it: what
// could steer the terminal is escaped, a second line is indented, so that it does
// not pass for a message of its own, and the middle of what is endless goes.
func Clean(text string) string {
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

// Security prints the block of a failed proof. There is no hint: no flag goes
// on from here.
func (u *UI) Security(err *sumdb.SecurityError, consequence string) {
	u.Error(err)
	for _, line := range err.Details {
		_, _ = fmt.Fprintf(u.Err, "\t%s\n", Clean(line))
	}
	s, _ := u.ScreenOf(u.Err)
	_, _ = fmt.Fprintf(u.Err, "%s\n%s\n", s.Paint(Bad, "SECURITY ERROR"), consequence)
}
