package goroot

import (
	"io/fs"
	"testing"
)

func TestMode(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]fs.FileMode{
		"bin/go": 0o555, "bin/sub/x": 0o444, "pkg/tool/linux_amd64/compile": 0o555, "pkg/tools/x": 0o444,
		"src/all.bash": 0o555, "src/x.sh": 0o555, "src/x.pl": 0o555, "src/x.rc": 0o555, "src/x.bat": 0o444,
		"lib/wasm/go_js_wasm_exec": 0o555, "misc/go_android_exec": 0o444, "go_a_b_exec": 0o555, "VERSION": 0o444,
	} {
		if got := Mode(name); got != want {
			t.Errorf("Mode(%s) = %v, want %v", name, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"src/_go.mod": "src/go.mod", "_go.mod": "go.mod", "src/x_go.mod": "src/x_go.mod", "bin/go": "bin/go",
	} {
		if got := Path(name); got != want {
			t.Errorf("Path(%s) = %s, want %s", name, got, want)
		}
		if got := Name(want); got != name {
			t.Errorf("Name(%s) = %s, want %s", want, got, name)
		}
	}
}

func TestInModule(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{
		"VERSION": true, "bin/go": true, "src/go/doc/doc.go": true, "lib/wasm/wasm_exec.js": true, "docs/x": true, "apis": true,
		".github/x": false, "api/go1.txt": false, "doc/godebug.md": false, "misc/wasm/wasm_exec.js": false, "test/a/b": false,
		"api": false,
	} {
		if got := InModule(file); got != want {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}

func TestAdded(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{
		".unpacked-success": true, "manifest": true, "go1.22.5.linux-amd64.tar.gz": true, "go1.22.5.windows-amd64.zip": true,
		"bin/gopls": true, "bin/dlv.exe": true, "packages/pkg/mod/cache/lock": true,
		"bin/go": false, "bin/go.exe": false, "bin/gofmt": false, "bin/godoc": false, "VERSION": false, "go.env": false,
		"src/manifest": false, "src/bin/x": false, "pkg/tool/linux_amd64/x": false, "src/packages/x": false, "evil": false,
	} {
		if got := Added(file); got != want {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}
