package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// processesBy returns for each of dirs the processes, this one left out, that run a
// program of it, have a file there open, or have their working directory there. The
// kernel tells where these are now, also after a rename. Processes of other
// users are seen by root only.
func processesBy(dirs []string) (map[string][]Process, error) {
	roots := make(map[string]string)
	for _, dir := range dirs {
		path, err := follow(dir)
		if err != nil {
			return nil, err
		}
		if path != "" {
			roots[path] = dir
		}
	}
	if len(roots) == 0 {
		return nil, nil
	}
	entries, err := readDir("/proc")
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	users := make(map[string][]Process)
	var group errgroup.Group
	for chunk := range slices.Chunk(entries, len(entries)/runtime.GOMAXPROCS(0)+1) {
		group.Go(func() error {
			own := strconv.Itoa(os.Getpid())
			for _, entry := range chunk {
				pid, err := strconv.Atoi(entry.Name())
				if err != nil || entry.Name() == own {
					continue
				}
				found, err := reached(entry.Name(), roots)
				if err != nil {
					return err
				}
				for root := range found {
					mu.Lock()
					users[roots[root]] = append(users[roots[root]], Process{pid, commandOf(pid)})
					mu.Unlock()
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, list := range users {
		slices.SortFunc(list, func(a, b Process) int { return a.ID - b.ID })
	}
	return users, nil
}

// reached returns those of roots that the process pid is in.
func reached(pid string, roots map[string]string) (map[string]bool, error) {
	proc, err := unix.Open("/proc/"+pid, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, unlessHidden(pid, err)
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
	if err := look(proc, "exe"); err != nil { // as is all else, then
		return nil, unlessHidden(pid, err)
	}
	err = unlessHidden(pid, look(proc, "cwd"))
	files, openErr := os.Open("/proc/" + pid + "/fd")
	if openErr != nil {
		return found, errors.Join(err, unlessHidden(pid, openErr))
	}
	defer files.Close()
	names, listErr := files.Readdirnames(-1)
	for _, name := range names {
		if lookErr := unlessHidden(pid, look(int(files.Fd()), name)); err == nil {
			err = lookErr
		}
	}
	return found, errors.Join(err, unlessHidden(pid, listErr))
}

// unlessHidden returns err, of a look at a process, unless it says that the process
// has ended, or that it is the kernel's own or another user's. Whatever else it says,
// the process may use a toolchain.
func unlessHidden(pid string, err error) error {
	for _, errno := range []error{unix.ENOENT, unix.ESRCH, unix.EACCES, unix.EPERM} {
		if errors.Is(err, errno) {
			return nil
		}
	}
	if err == nil || errors.As(err, new(*os.PathError)) { // which says what it is about
		return err
	}
	return &os.PathError{Op: "look at", Path: "/proc/" + pid, Err: err}
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
