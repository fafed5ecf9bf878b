package store

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/tree"
)

// TestUninstallShared uninstalls a version while a program runs that it shares
// with another: from there it runs on, and only its own uninstall waits for it.
func TestUninstallShared(t *testing.T) {
	t.Parallel()
	cat, err := exec.LookPath("cat")
	must(t, err)
	program, err := os.ReadFile(cat)
	must(t, err)
	first := newToyTree(t).next("1.22.5")
	first.store.noClones.Store(true)
	first.files["bin/cat"] = string(program)
	first.add(t, "1.22.5")
	second := first.next("1.22.6")
	second.add(t, "1.22.6")
	if !same(t, first, second, "bin/cat") {
		t.Fatal("the program is not shared")
	}
	cmd := exec.Command(second.path("bin/cat"))
	stdin, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err, cmd.Start())
	stdout := bufio.NewReader(out)
	runs := func() {
		t.Helper()
		if _, err := stdin.Write([]byte("on\n")); err != nil {
			t.Error(err)
		}
		if line, err := stdout.ReadString('\n'); err != nil || line != "on\n" {
			t.Errorf("the program says %q, %v", line, err)
		}
	}
	runs()
	_, err = first.store.Remove(t.Context(), first.version)
	must(t, err)
	runs()
	check(t, first.store, "1.22.4", "1.22.6")
	if got := second.verify(t); len(got) > 0 {
		t.Errorf("the other: %q", got)
	}
	_, err = first.store.Remove(t.Context(), second.version)
	must(t, err)
	if users, err := first.store.usersOf(second.version); err != nil || len(users) != 1 || users[0].ID != cmd.Process.Pid {
		t.Errorf("uninstalled, but used by %v, want process %d", users, cmd.Process.Pid)
	}
	runs()
	must(t, stdin.Close(), cmd.Wait(), first.store.Tidy(t.Context()))
	check(t, first.store, "1.22.4")
}

// ways are how a file gets its second name, by what the system has.
func ways(b *Sibling) map[string]func(src tree.Raw, found tree.Stat, sum [32]byte, to string) error {
	return map[string]func(tree.Raw, tree.Stat, [32]byte, string) error{
		"link": func(src tree.Raw, found tree.Stat, _ [32]byte, to string) error {
			return b.into.link(b.tree, src, fileID{found.Device, found.Inode}, "bin/go", to)
		},
		"link without /proc": func(_ tree.Raw, found tree.Stat, _ [32]byte, to string) error {
			return b.into.linkByName(b.tree, fileID{found.Device, found.Inode}, "bin/go", to)
		},
		"copy": func(src tree.Raw, found tree.Stat, sum [32]byte, to string) error {
			return b.copy(newReader(), src, found, sum, to)
		},
	}
}

// TestShareWays has each way put a file, and then one that was exchanged since
// it was opened: what has the name now is never shared.
func TestShareWays(t *testing.T) {
	t.Parallel()
	for way := range ways(nil) {
		toy := newToyTree(t)
		b, root := sibling(t, toy.store)
		sum := sumOf(toy.files["bin/go"])
		src, err := b.tree.Open("bin/go")
		must(t, err)
		found, err := src.Stat()
		must(t, err, ways(b)[way](src, found, sum, "go"))
		info, err := root.Stat("go")
		must(t, err)
		if info.Mode() != 0o555 && way != "copy" || info.Size() != int64(len(toy.files["bin/go"])) {
			t.Errorf("%s: %v", way, info)
		}
		if err := ways(b)[way](src, found, sum, "go"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s to a name that is taken: %v", way, err)
		}
		must(t, root.Remove("go"))
		src.Close()
		src, err = b.tree.Open("bin/go")
		must(t, err)
		found, err = src.Stat()
		must(t, err, os.Rename(toy.path("bin/go"), toy.path("../../go")), os.WriteFile(toy.path("bin/go"), []byte("exchanged"), 0o555))
		err = ways(b)[way](src, found, sum, "go")
		if data, readErr := root.ReadFile("go"); err == nil && string(data) != toy.files["bin/go"] || err != nil && readErr == nil {
			t.Errorf("%s after an exchange: %v, %q", way, err, data)
		}
		src.Close()
	}
}

// TestCopyWrites has somebody write to a file after it was read.
func TestCopyWrites(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	b, root := sibling(t, toy.store)
	src, err := b.tree.Open("pkg/tool/x/compile")
	must(t, err)
	defer src.Close()
	found, err := src.Stat()
	must(t, err)
	flip(t, toy.path("pkg/tool/x/compile"), 5_000_000)
	if err := b.copy(newReader(), src, found, sumOf(toy.files["pkg/tool/x/compile"]), "c"); !errors.Is(err, errCannot) {
		t.Errorf("copy = %v", err)
	}
	if _, err := root.Stat("c"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the copy is there:", err)
	}
}

func TestLinkErrors(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{unix.EMLINK: true, unix.EXDEV: true, unix.EPERM: true, unix.ENOSPC: false, unix.EEXIST: false} {
		if got := errors.Is(linkError("x", err), errCannot); got != want {
			t.Errorf("after %v a copy is tried: %v, want %v", err, got, want)
		}
	}
}
