package fetch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// modeOf returns the mode of a file in an installed toolchain. The rule is
// that of Go's own packaging (cmd/distpack), which zips before Go 1.21 predate;
// nothing is writable, because nothing may change what was proven.
func modeOf(name string) fs.FileMode {
	base := path.Base(name)
	switch path.Ext(base) {
	case ".bash", ".sh", ".pl", ".rc":
		return 0o555
	}
	exec, _ := path.Match("go_?*_?*_exec", base)
	if exec || path.Dir(name) == "bin" || strings.HasPrefix(name, "pkg/tool/") {
		return 0o555
	}
	return 0o444
}

// checkGOROOT reports whether root holds the release that was asked for, and
// something to run.
func checkGOROOT(root *os.Root, r release) error {
	if err := checkVERSION(root, r); err != nil {
		return err
	}
	tool := "bin/go"
	if r.platform.OS == "windows" {
		tool += ".exe"
	}
	info, err := root.Stat(tool)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return &ArchiveError{Reason: "no " + tool}
	}
	return err
}

func checkVERSION(root *os.Root, r release) error {
	f, err := root.Open("VERSION")
	if errors.Is(err, fs.ErrNotExist) {
		return &ArchiveError{Reason: "no VERSION file"}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 256))
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	if line = strings.TrimSpace(line); line != r.version.String() {
		return &ArchiveError{Reason: fmt.Sprintf("VERSION file says %q, not %s", cleanLine(line), r.version)}
	}
	return nil
}
