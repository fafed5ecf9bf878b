//go:build !windows

package toolchain

import (
	"runtime"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func TestSameDir(t *testing.T) {
	t.Parallel()
	for b, want := range map[string]bool{"/a/b": true, "/a//b/": true, "/a/x/../b": true, "/A/b": runtime.GOOS == "darwin", "/a/bb": false} {
		if got := SameDir("/a/b", b); got != want {
			t.Errorf("SameDir with %s is %v", b, got)
		}
	}
}

func TestSearchPath(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	user, system := Home(root+"/user"), Home(root+"/system")
	v, err := gover.Parse("go1.22.5")
	if err != nil {
		t.Fatal(err)
	}
	goroot := user.Dir(v)
	ours := goroot + "/bin"
	for _, test := range []struct {
		name   string
		stores Path
		goroot string
		path   string
		want   string
	}{
		{"in front", Path{user}, goroot, "/usr/bin:/bin", user.Bin() + ":" + ours + ":/usr/bin:/bin"},
		{"system's go", Path{user}, "", "/bin", user.Bin() + ":/bin"},
		{"again", Path{user}, goroot, user.Bin() + ":" + ours + ":/bin", user.Bin() + ":" + ours + ":/bin"},
		{"behind", Path{user}, goroot, "/bin:" + user.Bin() + "/", user.Bin() + ":" + ours + ":/bin"},
		{"another version", Path{user}, goroot, string(user) + "/toolchains/../toolchains/go1.21.0/bin:/bin", user.Bin() + ":" + ours + ":/bin"},
		{"a line", Path{user}, "", "/bin:" + user.Toolchains() + "/1.21/bin", user.Bin() + ":/bin"},
		{"a name that begins so", Path{user}, "", user.Toolchains() + "2/bin:" + user.Bin() + "2", user.Bin() + ":" + user.Toolchains() + "2/bin:" + user.Bin() + "2"},
		{"another store", Path{user}, "", system.Toolchains() + "/go1.21.0/bin", user.Bin() + ":" + system.Toolchains() + "/go1.21.0/bin"},
		{"the system store", Path{user, system}, system.Dir(v), system.Toolchains() + "/go1.21.0/bin:" + system.Bin(), user.Bin() + ":" + system.Dir(v) + "/bin:" + system.Bin()},
		{"odd elements stay", Path{user}, "", ":a b::.:../x\ny:", user.Bin() + "::a b::.:../x\ny:"},
		{"no PATH", Path{user}, goroot, "", user.Bin() + ":" + ours},
	} {
		if got := test.stores.SearchPath(test.path, test.goroot); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}
