// Package tree knows the tree of a Go release on disk: how to walk it, hash it, write
// down and read its manifest, and name what differs from another one. It is the one
// place that knows the h1 of a release, the form of a manifest, and which names and
// directories of an archive the module of a release does not have.
//
// A tree may be anybody's and change meanwhile. No link in it is followed, no pipe
// is waited for, and what counts as read is what was hashed. Trees are only read.
//
// The package uses no network and knows no store: what a tree should be is handed in.
package tree

import (
	"fmt"
	"io/fs"

	"github.com/gosw/gosw/internal/fsx"
)

// A Kind says in which way something is not as it should be.
type Kind string

// The kinds of findings.
const (
	Changed    Kind = "changed"    // another content
	Missing    Kind = "missing"    // not there
	Extra      Kind = "extra"      // there, and not part of the release
	Mode       Kind = "mode"       // content as it should be, but other rights than a sealed file or directory has
	Type       Kind = "type"       // not a regular file, or no directory where one should be
	Unreadable Kind = "unreadable" // the disk or the rights don't let it be read, or it was changing
)

// A Finding is one thing in a tree that is not as it should be.
type Finding struct {
	Kind   Kind   `json:"kind"`
	Path   string `json:"path"`             // below the tree, slash-separated
	Detail string `json:"detail,omitempty"` // such as "0644, not 0444"
}

// A Reuse puts the file at path (slash-separated, below GOROOT) into the tree that is
// being built, if a published toolchain that is at hand has one with just this size
// and CRC-32 at the same path, and returns the SHA-256 of its content, computed now
// from the bytes that are shared. It reports false where there is none, or where there
// is any doubt; then it has put nothing there. It is safe for concurrent use.
type Reuse func(path string, size int64, crc uint32) (sum [32]byte, ok bool)

// A Stat is what is told of an open file.
type Stat struct {
	Mode          fs.FileMode
	Size          int64
	Owner         int    // number of the user
	Device, Inode uint64 // 0 where it is not told, as is Owner
}

// Rights are what a mode says besides the type.
const Rights = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// Octal writes a mode as chmod has it.
func Octal(mode fs.FileMode) string {
	bits := mode.Perm()
	for i, special := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if mode&special != 0 {
			bits |= 0o1000 << i
		}
	}
	return fmt.Sprintf("%04o", uint32(bits))
}

// TypeName says in words what is no regular file, such as "symbolic link".
func TypeName(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "regular file"
	case fs.ModeDir:
		return "directory"
	case fs.ModeSymlink:
		return "symbolic link"
	case fs.ModeNamedPipe:
		return "pipe"
	case fs.ModeSocket:
		return "socket"
	}
	return "device"
}

// reason is the text of an error whose place is known.
func reason(err error) string { return fsx.Cause(err).Error() }
