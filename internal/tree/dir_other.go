//go:build !linux && !windows

package tree

// open opens the file or directory at path to read it. No link is followed on the
// way.
func (d *Dir) open(path string, flags int) (Raw, error) {
	fd, err := d.walk(path, flags)
	return Raw(fd), err
}
