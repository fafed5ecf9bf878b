package resolve

import (
	"errors"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/gover"
)

// maxQuoted is the longest text of a file that an error quotes, in bytes. Each
// version is shorter.
const maxQuoted = 20

// discreet returns err without the text that it quotes from file, where that may
// be no attempt at a version: a link in a repository can lead to any file of
// whoever runs gosw there, and what gosw says goes to logs that all can read.
func discreet(file string, err error) error {
	syntax := (*gover.SyntaxError)(nil)
	if !errors.As(err, &syntax) {
		return err
	}
	info, statErr := os.Lstat(file)
	switch {
	case statErr != nil || info.Mode()&fs.ModeSymlink != 0:
		return errors.New(syntax.Reason + " (not shown, because the file is a symbolic link)")
	case len(syntax.Text) > maxQuoted:
		return errors.New(syntax.Reason + " (not shown, because it is longer than a version)")
	}
	return err
}
