package resolve

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/gover"
)

// maxPin is the largest pin file that is read, in bytes.
const maxPin = 64 << 10

// A format is a kind of pin file. Its function returns the versions that a text
// names, the first one that is installed being meant, and their line; none, or
// the line of what is wrong.
type format struct {
	name     string
	versions func(text string) (specs []gover.Spec, line int, err error)
}

var pinFile = format{".go-version", onlyVersion}

// formats are those of a directory, in the order in which they are asked.
var formats = []format{
	pinFile,
	{".tool-versions", toolVersions},
	{"mise.local.toml", miseTools},
	{"mise.toml", miseTools},
}

// fromFile is what one file says, by rule. A missing file, and one that has nothing
// to say about Go, is fs.ErrNotExist; all else that is wrong is a *PinError.
func fromFile(rule Rule, file string, f format) (Choice, error) {
	data, err := readSmall(file)
	switch {
	case missing(err):
		return Choice{}, fs.ErrNotExist
	case err != nil:
		return Choice{}, &PinError{Source: file, Err: err}
	}
	specs, line, err := parsePin(data, f)
	switch {
	case err != nil:
		return Choice{}, &PinError{file, line, discreet(file, err)}
	case len(specs) == 0 && f.name == pinFile.name:
		return Choice{}, &PinError{Source: file, Err: errors.New("names no version")}
	case len(specs) == 0:
		return Choice{}, fs.ErrNotExist
	}
	return Choice{Spec: specs[0], Others: specs[1:], Rule: rule, File: file, Line: line}, nil
}

// readSmall reads a regular file of at most maxPin bytes. It looks before it
// opens: opening a FIFO would block, and a device may do anything.
func readSmall(file string) ([]byte, error) {
	info, err := os.Lstat(file) // one call where there is nothing, as mostly
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if info, err = os.Stat(file); missing(err) {
			err = errors.New("dangling symbolic link")
		}
	}
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > maxPin:
		return nil, errors.New("larger than 64 KiB")
	}
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPin+1))
	if err == nil && len(data) > maxPin { // it grew, or lives in /proc
		err = errors.New("larger than 64 KiB")
	}
	return data, err
}

// missing reports whether err says that there is no such file. A parent that
// is not a directory says so too (ENOTDIR), which fs.ErrNotExist leaves out.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// ErrUTF16 is the error of a whole file, not of a line.
var ErrUTF16 = errors.New("is UTF-16 text; save it as UTF-8")

// Parse reads the text of a pin file called name: the versions that it names, of
// which the first one that is installed is meant, and their line. A text that has
// nothing to say about Go has none, as has a name that is no pin's.
func Parse(name, text string) (specs []gover.Spec, line int, err error) {
	for _, f := range formats {
		if f.name == name {
			return parsePin([]byte(text), f)
		}
	}
	return nil, 0, nil
}

// parsePin is what f makes of data, which may begin with a byte order mark.
func parsePin(data []byte, f format) ([]gover.Spec, int, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, 1, ErrUTF16
	}
	return f.versions(string(data))
}

var (
	errSecond   = errors.New("a second version; a pin file holds one")
	errConflict = errors.New("a merge conflict that is not resolved")
)

// isConflict reports whether line is one of those that git puts around both sides of a
// conflict.
func isConflict(line string) bool {
	for _, mark := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}

// onlyVersion reads a .go-version: one version and nothing else.
func onlyVersion(text string) (specs []gover.Spec, at int, err error) {
	for line, text := range lines(text) {
		spec, err := gover.ParseSpec(text)
		switch {
		case isConflict(text):
			err = errConflict
		case err == nil && at > 0:
			err = errSecond
		}
		if err != nil {
			return nil, line, err
		}
		specs, at = []gover.Spec{spec}, line
	}
	return specs, at, nil
}

// toolVersions reads asdf's file, "golang 1.22.4 1.21.13".
func toolVersions(text string) (specs []gover.Spec, at int, err error) {
	conflict := 0 // the line of its last mark
	for line, text := range lines(text) {
		name, value, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
		if !isGo(name) {
			if isConflict(name) {
				conflict = line
			}
			if looksLikeGo(name) {
				return nil, line, errors.New("is not asdf's form; write \"golang 1.22.4\"")
			}
			continue
		}
		found, err := listed(trimBlank(value))
		if err == nil && at > 0 && !slices.Equal(found, specs) {
			if err = errSecond; conflict > at {
				line, err = conflict, errConflict
			}
		}
		if err != nil {
			return nil, line, err
		}
		if at == 0 {
			specs, at = found, line
		}
	}
	return specs, at, nil
}

// looksLikeGo reports whether the first word of a line in asdf's file was meant
// for Go, but is another tool to asdf: "golang:", "golang=1.22", "go@1.22", or one
// with a blank that is none to asdf. A name such as "go:example.org/tool" is mise's
// for what go install builds.
func looksLikeGo(word string) bool {
	word = strings.TrimPrefix(word, "core:")
	for _, name := range []string{"golang", "go"} {
		rest, ok := strings.CutPrefix(word, name)
		if ok && (rest == ":" || rest != "" && (rest[0] == '=' || rest[0] == '@' || rest[0] >= 0x80)) {
			return true
		}
	}
	return false
}

// listed parses a version, or several with blanks between them.
func listed(value string) ([]gover.Spec, error) {
	spec, err := gover.ParseSpec(value) // a constraint may have blanks, too
	words := strings.Fields(value)
	if err == nil || len(words) < 2 {
		return []gover.Spec{spec}, err
	}
	return parseAll(words)
}

func parseAll(values []string) (specs []gover.Spec, err error) {
	for _, value := range values {
		spec, err := gover.ParseSpec(value)
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// lines iterates over the lines that are neither blank nor a comment, with their
// 1-based numbers. Lines end in LF or CRLF, "#" starts a comment; blanks around
// what is left are taken off.
func lines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, raw := range strings.Split(text, "\n") {
			line, _, _ := strings.Cut(strings.TrimSuffix(raw, "\r"), "#")
			if line = trimBlank(line); line != "" && !yield(i+1, line) {
				return
			}
		}
	}
}

// trimBlank removes spaces and tabs at both ends. Other white space has no
// place in a pin.
func trimBlank(text string) string { return strings.Trim(text, " \t") }
