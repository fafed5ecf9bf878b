//go:build !linux && !windows

package tree

// Open opens the file or directory at path to read it. No link is followed on the
// way.
func (d *Dir) Open(path string) (Raw, error) {
	fd, err := d.walk(path, openFlags)
	return Raw(fd), err
}
