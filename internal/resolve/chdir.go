package resolve

import (
	"path/filepath"
	"strings"
)

// Dir returns the directory in which go will work when it is called with args
// (without argv[0]) in cwd, an absolute path. The go command takes -C only as
// its first flag: "go -C dir build", "go build -C dir", "go mod tidy -C dir".
func Dir(cwd string, args []string) string {
	dir, ok := chdirFlag(args[commandWords(args):])
	if !ok || dir == "" {
		return cwd
	}
	joined := dir
	if !filepath.IsAbs(dir) {
		// Not yet cleaned: behind a symbolic link ".." is not the folder before it.
		joined = cwd + string(filepath.Separator) + dir
	}
	if strings.Contains(dir, "..") {
		if physical, err := filepath.EvalSymlinks(joined); err == nil {
			return physical
		}
	}
	return filepath.Clean(joined)
}

// commandWords returns how many of args name the command: 2 for "mod tidy".
func commandWords(args []string) int {
	isWord := func(i int) bool { return i < len(args) && !strings.HasPrefix(args[i], "-") }
	switch {
	case !isWord(0):
		return 0
	case isWord(1) && (args[0] == "mod" || args[0] == "work"):
		return 2
	}
	return 1
}

// chdirFlag returns the value of -C if args begin with it.
func chdirFlag(args []string) (dir string, ok bool) {
	if len(args) == 0 {
		return "", false
	}
	switch flag, value, hasValue := strings.Cut(args[0], "="); {
	case flag != "-C" && flag != "--C":
		return "", false
	case hasValue:
		return value, true
	case len(args) == 1:
		return "", false
	}
	return args[1], true
}
