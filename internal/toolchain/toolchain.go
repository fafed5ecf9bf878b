// Package toolchain is an installed toolchain as a directory: where it is,
// whether it is there, the environment that it needs, and how to become it.
//
// It creates and deletes nothing; that is the store's. It links only the
// standard library, because the shim is built on it.
package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/gover"
)

// Home is the root directory of a store, an absolute path. Its layout is that
// of docs/store.md.
type Home string

// A VariableError says that a variable names no directory: it is not set, or a
// relative path, which is another directory in each directory, a project's among them.
type VariableError struct{ Name, Value string }

func (e *VariableError) Error() string {
	if e.Value == "" {
		return e.Name + " is not set"
	}
	return e.Name + " is not an absolute path"
}

// Find returns the store that the environment names: GOSW_ROOT, else
// .local/go in the user's home directory. Its error is a [*VariableError].
func Find(getenv func(string) string) (Home, error) {
	if root := getenv("GOSW_ROOT"); root != "" {
		if !filepath.IsAbs(root) {
			return "", &VariableError{"GOSW_ROOT", root}
		}
		return Home(filepath.Clean(root)), nil
	}
	home, err := UserHome(getenv)
	if err != nil {
		return "", err
	}
	return Home(filepath.Join(home, ".local", "go")), nil
}

// UserHome returns the user's home directory. Its error is a [*VariableError].
func UserHome(getenv func(string) string) (string, error) {
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	home := getenv(variable)
	if !filepath.IsAbs(home) {
		return "", &VariableError{variable, home}
	}
	return home, nil
}

// Platform returns the store for toolchains of another platform, which don't run
// here: it is like h, and in a directory of it.
func (h Home) Platform(goos, goarch string) Home {
	return Home(filepath.Join(string(h), "platforms", goos+"-"+goarch))
}

// Bin is the directory that belongs on PATH.
func (h Home) Bin() string { return filepath.Join(string(h), "bin") }

// ShimSource is the file that has the path of gosw-shim where the shims are copies of
// it, so that they find the gosw beside that.
func (h Home) ShimSource() string { return filepath.Join(h.Bin(), "gosw-shim.path") }

// Toolchains is the directory that holds one GOROOT a version, and the links.
func (h Home) Toolchains() string { return filepath.Join(string(h), "toolchains") }

// DefaultFile is the file that names the version used where nothing else does.
func (h Home) DefaultFile() string { return filepath.Join(string(h), "default") }

// Dir returns the GOROOT of v, installed or not.
func (h Home) Dir(v gover.Version) string { return filepath.Join(h.Toolchains(), v.String()) }

// Tool returns the path of a tool of v, such as "go" or "gofmt".
func (h Home) Tool(v gover.Version, tool string) string {
	return filepath.Join(h.Dir(v), "bin", tool+Exe)
}

// Has reports whether v is installed; an error means that it can't be known.
// Being there is enough: the store gives a toolchain its name only when it is
// complete and proven. A link of that name is somebody else's, and not listed by
// [Home.Installed] either.
func (h Home) Has(v gover.Version) (bool, error) {
	info, err := os.Lstat(h.Dir(v))
	if Missing(err) {
		return false, nil
	}
	return err == nil && info.IsDir(), err
}

// Missing reports whether err says that there is no such file; also where a file
// is in the place of a directory above. No other error does: a disk that can't be
// read may have the file all the same.
func Missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// Installed lists what is installed, in no particular order. A store that does
// not exist yet is an empty one.
func (h Home) Installed() ([]gover.Version, error) {
	entries, err := os.ReadDir(h.Toolchains())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var versions []gover.Version
	for _, entry := range entries {
		v, err := gover.Parse(entry.Name())
		if err == nil && entry.IsDir() && v.String() == entry.Name() {
			versions = append(versions, v)
		}
	}
	return versions, nil
}

// Lookup returns the installed version that spec stands for, and whether there
// is one. For a line it follows the line link, without listing anything. It
// finds nothing for constraints (see gover/constraint) and for the system's go.
func (h Home) Lookup(spec gover.Spec) (gover.Version, bool, error) {
	switch spec.Kind() {
	case gover.Exact:
		v, _ := spec.Version()
		ok, err := h.Has(v)
		return v, ok, err
	case gover.Line, gover.Latest:
		if v, ok := h.follow(spec); ok {
			return v, true, nil
		}
	}
	versions, err := h.Installed()
	v, ok := spec.Newest(versions)
	return v, ok, err
}

// Link returns the name of the link in [Home.Toolchains] that points to the
// newest installed version of spec: "1.22", "latest"; "" if there is none.
func Link(spec gover.Spec) string {
	if spec.Kind() == gover.Line || spec.Kind() == gover.Latest {
		return spec.String()
	}
	return ""
}

// follow reads a link. A link that is missing, unreadable or wrong in any way only
// costs its caller the listing.
func (h Home) follow(spec gover.Spec) (gover.Version, bool) {
	target, err := os.Readlink(filepath.Join(h.Toolchains(), Link(spec)))
	if err != nil {
		return gover.Version{}, false
	}
	v, err := gover.Parse(strings.TrimSuffix(target, string(filepath.Separator)))
	if err != nil || !spec.Match(v) || v.String() != target {
		return gover.Version{}, false
	}
	ok, err := h.Has(v)
	return v, ok && err == nil
}
