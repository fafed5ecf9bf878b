package resolve

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/gover"
)

// maxPin is the largest pin file that is read, in bytes.
const maxPin = 64 << 10

// A format is a kind of pin file.
type format struct {
	name string
	// value returns the part of a line that names the version, if the line
	// has one. The line is neither blank nor a comment.
	value func(line string) (string, bool)
}

var (
	pinFile      = format{".go-version", func(line string) (string, bool) { return line, true }}
	toolVersions = format{".tool-versions", toolVersion}
)

// toolVersion reads a line of asdf's file, "golang 1.22.4".
func toolVersion(line string) (string, bool) {
	name, version, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	return trimBlank(version), name == "golang" || name == "go"
}

// readPin reads the version that file names and its line. A missing file, and
// one that has nothing to say about Go, is fs.ErrNotExist; all else that is
// wrong is a *PinError.
func readPin(file string, f format) (gover.Spec, int, error) {
	data, err := readSmall(file)
	switch {
	case missing(err):
		return gover.Spec{}, 0, fs.ErrNotExist
	case err != nil:
		return gover.Spec{}, 0, &PinError{Source: file, Err: err}
	}
	spec, line, err := parsePin(data, f)
	if err != nil {
		return gover.Spec{}, 0, &PinError{file, line, err}
	}
	if spec.Kind() == 0 {
		if f.name == toolVersions.name {
			return gover.Spec{}, 0, fs.ErrNotExist
		}
		return gover.Spec{}, 0, &PinError{Source: file, Err: errors.New("names no version")}
	}
	return spec, line, nil
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

// parsePin returns the one version that data names and its 1-based line; the
// zero Spec if there is none. Lines end in LF or CRLF, "#" starts a comment,
// blank lines do not count.
func parsePin(data []byte, f format) (found gover.Spec, foundLine int, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return gover.Spec{}, 1, errors.New("is UTF-16 text, save it as UTF-8")
	}
	for i, raw := range strings.Split(string(data), "\n") {
		text, _, _ := strings.Cut(strings.TrimSuffix(raw, "\r"), "#")
		text = trimBlank(text)
		if text == "" {
			continue
		}
		value, ok := f.value(text)
		if !ok {
			continue
		}
		spec, err := gover.ParseSpec(value)
		if err != nil {
			return gover.Spec{}, i + 1, err
		}
		if found.Kind() != 0 && (spec != found || f.name == pinFile.name) {
			return gover.Spec{}, i + 1, errors.New("a second version; a pin names one")
		}
		if found.Kind() == 0 {
			found, foundLine = spec, i+1
		}
	}
	return found, foundLine, nil
}

// trimBlank removes spaces and tabs at both ends. Other white space has no
// place in a pin.
func trimBlank(text string) string { return strings.Trim(text, " \t") }
