//go:build reflink

// The tests of this tag use what only root may set up. They need root, loop devices, and mkfs for XFS, Btrfs and ext4:
//
//	go test -tags=reflink -run OnDisk ./internal/store

package store

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// command runs a program that has to succeed.
func command(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
}

// disk makes a file system of the kind and mounts it.
func disk(t *testing.T, kind string) (dir string) {
	t.Helper()
	image, dir := filepath.Join(t.TempDir(), "disk"), t.TempDir()
	f, err := os.Create(image)
	must(t, err, f.Truncate(512<<20), f.Close())
	command(t, "mkfs."+kind, "-q", image)
	command(t, "mount", "-o", "loop", image, dir)
	t.Cleanup(func() { command(t, "umount", dir) })
	return dir
}

// toyOn is newToyTree on a disk, with a compiler of some megabytes.
func toyOn(t *testing.T, dir string) *toyTree {
	t.Helper()
	s, err := Open(toolchain.Home(filepath.Join(dir, "store")), Options{})
	must(t, err)
	toy := newToyTree(t)
	toy.store = s
	noise := make([]byte, 8<<20)
	_, err = rand.Read(noise)
	must(t, err)
	toy.files["pkg/tool/x/link"] = string(noise)
	toy.add(t, "1.22.4")
	return toy
}

// free returns the bytes that a file system has left, once all is written.
func free(t *testing.T, dir string) int64 {
	t.Helper()
	command(t, "sync", "-f", dir)
	var st unix.Statfs_t
	must(t, unix.Statfs(dir, &st))
	return int64(st.Bfree) * st.Bsize
}

// TestCloneOnDisk shares by clones: they take no space, each is a file of its
// own, and what is said of sizes is what the disk has.
func TestCloneOnDisk(t *testing.T) {
	for _, kind := range []string{"xfs", "btrfs"} {
		t.Run(kind, func(t *testing.T) {
			dir := disk(t, kind)
			toy := toyOn(t, dir)
			after := toy.next("1.22.5")
			before := free(t, dir)
			shared := after.add(t, "1.22.5")
			taken := before - free(t, dir)
			if len(shared) != len(toy.files)-2 || toy.store.noClones.Load() || same(t, toy, after, "pkg/tool/x/link") {
				t.Errorf("%d files shared, no clones %v", len(shared), toy.store.noClones.Load())
			}
			if taken > 4<<20 { // there are 8 MB of link alone
				t.Errorf("the second takes %d bytes", taken)
			}
			// Each is said to have all its blocks for itself, as du has it.
			versions := []gover.Version{toy.version, after.version}
			for _, v := range versions {
				sizes, _ := sizesOf(toy.store, []gover.Version{v})
				size := sizes[0]
				if usage := toy.store.Measure([]gover.Version{v}); size.Shared != 0 || size.Own != du(t, toy.store.home.Dir(v)) || usage.Total < size.Own {
					t.Errorf("%v takes %+v, uninstalling it is said to free %+v", v, size, usage)
				}
			}

			// A flaw of one is none of the other, and is fixed from there.
			flip(t, toy.path("pkg/tool/x/link"), 12345)
			if got := after.verify(t); len(got) > 0 {
				t.Errorf("the other: %q", got)
			}
			if got := toy.verify(t); !slices.Equal(got, []string{"changed pkg/tool/x/link"}) {
				t.Errorf("the damaged one: %q", got)
			}
			means := toy.means()
			means.Sharer = nil
			toy.fetched = nil
			_, err := toy.store.Repair(t.Context(), toy.version, means)
			must(t, err)
			if got := toy.verify(t); len(got) > 0 || len(toy.fetched) > 0 {
				t.Errorf("after the repair: %q, fetched %q", got, toy.fetched)
			}

			// What the disk gets back is at most what uninstalling says that it frees,
			// and all of it with the last one that has the blocks.
			for _, v := range versions {
				said := toy.store.Measure([]gover.Version{v}).Total
				before := free(t, dir)
				_, err := toy.store.Remove(t.Context(), v)
				must(t, err)
				least, most := int64(0), said+2<<20
				if v == toy.version {
					most = 4 << 20
				} else {
					least = said - 2<<20
				}
				got := free(t, dir) - before
				for i := 0; got < least && i < 100; i++ { // XFS frees in the background
					time.Sleep(50 * time.Millisecond)
					got = free(t, dir) - before
				}
				if got < least || got > most {
					t.Errorf("uninstalling %v gives %d bytes back, said were %d", v, got, said)
				}
				if v == toy.version {
					if got := after.verify(t); len(got) > 0 {
						t.Errorf("the other: %q", got)
					}
				}
			}
		})
	}
}

// TestCopyOnDisk has files that can't get another name: one that has all that
// ext4 allows, and those below a directory that is another file system.
func TestCopyOnDisk(t *testing.T) {
	dir := disk(t, "ext4")
	toy := toyOn(t, dir)
	names := filepath.Join(dir, "names")
	must(t, os.Mkdir(names, 0o755))
	var err error
	for i := 0; err == nil; i++ {
		err = os.Link(toy.path("src/go.mod"), filepath.Join(names, fmt.Sprint(i)))
	}
	if !strings.Contains(err.Error(), unix.EMLINK.Error()) {
		t.Fatal(err)
	}
	command(t, "mount", "-t", "tmpfs", "tmpfs", toy.path("src/p1"))
	t.Cleanup(func() { command(t, "umount", toy.path("src/p1")) })
	must(t, os.Chmod(toy.path("src/p1"), 0o755))
	for path, text := range toy.files {
		if strings.HasPrefix(path, "src/p1/") {
			must(t, os.WriteFile(toy.path(path), []byte(text), 0o444))
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "store", "staging"))
	must(t, err)
	defer root.Close()
	b := toy.store.sibling(version(t, "1.22.6"), root)
	defer func() { _ = b.Close() }()
	files := 0
	for path, text := range toy.files {
		if _, ok := b.Reuse(path, int64(len(text)), crc32.ChecksumIEEE([]byte(text))); !ok {
			t.Errorf("%s was not taken", path)
		}
		if data, err := root.ReadFile(path); err != nil || string(data) != text {
			t.Errorf("%s: %v", path, err)
		}
		info, err := root.Stat(path)
		must(t, err)
		if _, names, _ := measure(info); names > 1 {
			files++
		}
	}
	if files != len(toy.files)-7 || !toy.store.noClones.Load() {
		t.Errorf("%d of %d files are links, clones %v; want all but 7", files, len(toy.files), !toy.store.noClones.Load())
	}
	must(t, os.RemoveAll(filepath.Join(dir, "store", "staging", "src")))
}

// TestForeignOnDisk takes files of root as another user, whom the kernel forbids
// to link to them.
func TestForeignOnDisk(t *testing.T) {
	const nobody = 65534
	toy := toyOn(t, disk(t, "ext4"))
	dir := filepath.Join(string(toy.store.Home()), "staging", "go1.22.6.1")
	must(t, os.Mkdir(dir, 0o755), os.Chown(dir, nobody, nobody))
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	b := toy.store.sibling(version(t, "1.22.6"), root)
	defer func() { _ = b.Close() }()
	reuse := func(path string) bool {
		_, ok := b.Reuse(path, int64(len(toy.files[path])), crc32.ChecksumIEEE([]byte(toy.files[path])))
		return ok
	}
	runtime.LockOSThread() // whose user it is; the thread ends with the test
	must(t, unix.Setfsuid(nobody))
	ok := reuse("VERSION") && reuse("bin/go")
	must(t, unix.Setfsuid(0))
	if !ok {
		t.Error("not taken")
	}
	for _, path := range []string{"VERSION", "bin/go"} {
		info, err := os.Stat(filepath.Join(dir, path))
		must(t, err)
		stat, _ := info.Sys().(*syscall.Stat_t)
		if stat.Uid != nobody || stat.Nlink != 1 || info.Mode() != goroot.Mode(path) {
			t.Errorf("%s: %v of user %d, %d names", path, info.Mode(), stat.Uid, stat.Nlink)
		}
	}
}
