package resolve

import "os"

// isNotDir reports whether err is that of a path below a file. Windows reports
// it as a path that does not exist.
func isNotDir(error) bool { return false }

// open opens a regular file for reading.
func open(file string) (*os.File, error) { return os.Open(file) }
