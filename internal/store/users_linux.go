package store

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// processesIn returns the processes, this one left out, that run a program of
// one of dirs, have a file there open, or have their working directory there. The
// kernel tells where these are now, also after a rename. Processes of other
// users are seen by root only.
func processesIn(dirs ...string) []Process {
	var roots []string
	for _, dir := range dirs {
		if path, err := filepath.EvalSymlinks(dir); err == nil {
			roots = append(roots, path)
		}
	}
	if len(roots) == 0 {
		return nil
	}
	entries, _ := os.ReadDir("/proc")
	var found []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err == nil && pid != os.Getpid() && reaches(filepath.Join("/proc", entry.Name()), roots) {
			found = append(found, Process{pid, commandOf(pid)})
		}
	}
	return found
}

// reaches reports whether the process of the folder proc is in one of dirs.
func reaches(proc string, dirs []string) bool {
	links := []string{"exe", "cwd"}
	files, _ := os.ReadDir(filepath.Join(proc, "fd"))
	for _, file := range files {
		links = append(links, "fd/"+file.Name())
	}
	return slices.ContainsFunc(links, func(link string) bool {
		target, err := os.Readlink(filepath.Join(proc, link))
		return err == nil && slices.ContainsFunc(dirs, func(dir string) bool {
			return target == dir || strings.HasPrefix(target, dir+"/")
		})
	})
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
