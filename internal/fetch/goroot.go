package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/web"
)

// checkGOROOT reports whether root holds the release that was asked for, and
// something to run.
func checkGOROOT(root *os.Root, r release.Release) error {
	if err := checkVERSION(root, r); err != nil {
		return err
	}
	tool := "bin/go"
	if r.Platform.OS == "windows" {
		tool += ".exe"
	}
	info, err := root.Stat(tool)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return &archive.Error{Reason: "no " + tool}
	}
	return err
}

func checkVERSION(root *os.Root, r release.Release) error {
	line, err := release.VersionLine(root)
	if errors.Is(err, fs.ErrNotExist) {
		return &archive.Error{Reason: "no VERSION file"}
	}
	if err != nil {
		return err
	}
	if line != r.Version.String() {
		return &archive.Error{Reason: fmt.Sprintf("VERSION file says %q, not %s", web.CleanLine(line), r.Version)}
	}
	return nil
}
