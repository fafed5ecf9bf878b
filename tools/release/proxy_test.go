package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const testVersion = "v0.0.0-test"

// clone makes a clone of this repository in a directory of its own.
func clone(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a clone")
	root, err := git(".", "rev-parse", "--show-toplevel")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "clone", "-q", root, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// targets are what two builds are compared for. All of a release are those of "make
// dist-check".
var targets = [...]string{"linux/amd64", "darwin/arm64"}

// build builds both programs for the targets as a release does, and returns the
// directory that has a directory of programs for each, and the h1 of the module.
//
// Both builds know what the machine has of the standard library, but neither what the
// other, or one before, has made of gosw: the cache is the lower layer of their own.
func build(t *testing.T, env ...string) (dir, h1 string) {
	t.Helper()
	root, work := clone(t), t.TempDir()
	h1, err := writeProxy(root, filepath.Join(work, "proxy"), "HEAD", testVersion)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	var cache, built, upstream string
	if _, err := fmt.Sscan(string(out), &cache, &built, &upstream); err != nil {
		t.Fatal(err)
	}
	const script = `mkdir cache layer work
mount -t overlay overlay -o "$3lowerdir=$1,upperdir=layer,workdir=work" cache
for target in $4; do
	GOOS=${target%/*} GOARCH=${target#*/} go install -trimpath -ldflags=-s "$2"
done`
	namespace, options := []string{"-m"}, ""
	if os.Getuid() != 0 {
		namespace, options = []string{"-rm"}, "userxattr,"
	}
	cmd := exec.Command("unshare", append(namespace, "sh", "-euc", script, "sh", built, path+"/cmd/...@"+testVersion, options, strings.Join(targets[:], " "))...)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), append(env,
		"GOPROXY=file://"+filepath.Join(work, "proxy")+",file://"+filepath.Join(cache, "cache", "download")+","+upstream,
		"GONOSUMDB="+path, "GOPATH="+filepath.Join(work, "gopath"), "GOCACHE="+filepath.Join(work, "cache"), "GOMODCACHE=", "GOFLAGS=-modcacherw",
		"CGO_ENABLED=0")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(work, "gopath", "bin"), h1
}

// TestReproducible builds one commit in two clones, in homes and time zones of
// their own: the bytes are the same, and each program says which source it is. All
// targets and the rest of a release are compared by "make dist-check".
func TestReproducible(t *testing.T) {
	t.Parallel()
	one, h1 := build(t, "HOME="+t.TempDir(), "TZ=UTC")
	other, otherH1 := build(t, "HOME="+t.TempDir(), "TZ=Asia/Kathmandu", "USER=other")
	if h1 != otherH1 {
		t.Errorf("h1 %s and %s", h1, otherH1)
	}
	for _, name := range []string{"gosw", "gosw-shim", "darwin_arm64/gosw", "darwin_arm64/gosw-shim"} {
		if read(t, one, name) != read(t, other, name) {
			t.Errorf("%s: two builds differ", name)
		}
		info, err := buildinfo.ReadFile(filepath.Join(one, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Main.Version != testVersion || info.Main.Sum != h1 {
			t.Errorf("%s says it is %s %s, want %s %s", name, info.Main.Version, info.Main.Sum, testVersion, h1)
		}
	}
}
