package setup

import (
	"io/fs"
	"os"
)

// keepOwner gives f the owner and group of the file that it is to replace, if
// that is not so already. On Windows, who writes a file in a directory owns it.
func keepOwner(*os.File, fs.FileInfo) error { return nil }
