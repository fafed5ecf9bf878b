package fsx

import (
	"iter"
	"os/exec"
	"path/filepath"
)

// OnPath returns the programs called name in the directories of path, a value of
// PATH, in their order. Elements that are not absolute are passed over: a file of
// a project must not pass for a command.
func OnPath(path, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, dir := range filepath.SplitList(path) {
			if !filepath.IsAbs(dir) {
				continue
			}
			if program, err := exec.LookPath(filepath.Join(dir, name)); err == nil && !yield(program) {
				return
			}
		}
	}
}

// FirstOnPath returns the first of [OnPath], "" if there is none.
func FirstOnPath(path, name string) string {
	for program := range OnPath(path, name) {
		return program
	}
	return ""
}
