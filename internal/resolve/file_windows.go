package resolve

import "os"

// open opens a regular file for reading.
func open(file string) (*os.File, error) { return os.Open(file) }
