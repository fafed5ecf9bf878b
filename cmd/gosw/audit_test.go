package main_test

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/goroot"
)

// cmdUnpack is "unpack [dist|cache] VERSION DIR": DIR gets a toy as Go's archives
// have it, with the directories that are no part of the module; or as the go command
// has it in its module cache.
func cmdUnpack(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg {
		ts.Fatalf("usage: unpack [dist|cache] VERSION DIR")
	}
	files := fetchtest.Files(args[1], runtime.GOOS, runtime.GOARCH)
	if args[0] == "dist" {
		for _, name := range []string{"api/go1.txt", "doc/spec.html", "misc/go.mod", "test/bug.go"} {
			files = append(files, [2]string{name, "not covered\n"})
		}
	}
	mode := map[string]os.FileMode{"dist": 0o644, "cache": 0o444}[args[0]]
	for _, f := range files {
		write(ts, filepath.Join(ts.MkAbs(args[2]), goroot.Path(f[0])), f[1], mode)
		if args[0] == "cache" && goroot.Path(f[0]) != f[0] {
			write(ts, filepath.Join(ts.MkAbs(args[2]), f[0]), f[1], mode)
		}
	}
}

func write(ts *testscript.TestScript, file, content string, mode os.FileMode) {
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
	ts.Check(os.WriteFile(file, []byte(content), mode))
}
