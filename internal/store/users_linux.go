package store

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/sys/unix"
)

// processesBy returns for each of dirs the processes, this one left out, that run a
// program of it, have a file there open, or have their working directory there. The
// kernel tells where these are now, also after a rename. Processes of other
// users are seen by root only.
func processesBy(dirs []string) map[string][]Process {
	roots := make(map[string]string)
	for _, dir := range dirs {
		if path, err := filepath.EvalSymlinks(dir); err == nil {
			roots[path] = dir
		}
	}
	if len(roots) == 0 {
		return nil
	}
	entries, _ := os.ReadDir("/proc")
	var mu sync.Mutex
	users := make(map[string][]Process)
	var group sync.WaitGroup
	for chunk := range slices.Chunk(entries, len(entries)/runtime.GOMAXPROCS(0)+1) {
		group.Go(func() {
			w, own := new(walk), strconv.Itoa(os.Getpid())
			for _, entry := range chunk {
				pid, err := strconv.Atoi(entry.Name())
				if err != nil || entry.Name() == own {
					continue
				}
				for root := range w.reached(entry.Name(), roots) {
					mu.Lock()
					users[roots[root]] = append(users[roots[root]], Process{pid, commandOf(pid)})
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	for _, list := range users {
		slices.SortFunc(list, func(a, b Process) int { return a.ID - b.ID })
	}
	return users
}

// reached returns those of roots that the process pid is in.
func (w *walk) reached(pid string, roots map[string]string) map[string]bool {
	proc, err := openat(unix.AT_FDCWD, "/proc/"+pid, openFlags|unix.O_DIRECTORY)
	if err != nil {
		return nil // it has ended
	}
	defer func() { _ = unix.Close(proc) }()
	found := make(map[string]bool)
	target := make([]byte, unix.PathMax)
	look := func(dir int, link string) error {
		n, err := unix.Readlinkat(dir, link, target)
		for at := string(target[:max(n, 0)]); err == nil && len(at) > 1 && at[0] == '/'; at = filepath.Dir(at) {
			if _, ok := roots[at]; ok {
				found[at] = true
			}
		}
		return err
	}
	if look(proc, "exe") != nil {
		return nil // it is the kernel's own, or another user's, as is all else
	}
	_ = look(proc, "cwd")
	files, err := openat(proc, "fd", openFlags|unix.O_DIRECTORY)
	if err != nil {
		return found
	}
	defer func() { _ = unix.Close(files) }()
	w.list(files, func(e entry) { _ = look(files, e.name) })
	return found
}

// commandOf returns the program that a process runs and, if that is a word, its
// first argument, for people to read.
func commandOf(pid int) string {
	data, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	args := strings.Split(string(data), "\x00")
	command := filepath.Base(args[0])
	if len(args) > 1 && args[1] != "" && strings.IndexFunc(args[1], func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
		command += " " + args[1]
	}
	return strings.Map(func(r rune) rune { // it goes to a terminal
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, command)
}
