package resolve

import (
	"path/filepath"
	"strings"
)

// Dir returns the directory in which go will work when it is called with args
// (without argv[0]) in cwd, an absolute path. The go command takes -C only as
// its first flag: "go -C dir build", "go build -C dir", "go mod tidy -C dir".
func Dir(cwd string, args []string) string {
	args = args[commandWords(args):]
	if len(args) == 0 {
		return cwd
	}
	flag, dir, ok := strings.Cut(args[0], "=")
	if !ok && len(args) > 1 {
		dir = args[1]
	}
	if flag != "-C" && flag != "--C" || dir == "" {
		return cwd
	}
	joined := dir
	if !filepath.IsAbs(dir) {
		// Not yet cleaned: behind a symbolic link ".." is not the directory before it.
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
