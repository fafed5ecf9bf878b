//go:build !linux

package archive

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// createBeneath is for systems that make a file below dir in one call.
func createBeneath(*os.File, string, fs.FileMode, bool) (io.WriteCloser, error) {
	return nil, errors.ErrUnsupported
}
