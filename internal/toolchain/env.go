package toolchain

import (
	"runtime"
	"slices"
	"strings"
)

// An Env is the environment of a program. No method changes what it was made of.
type Env struct {
	Entries []string // "KEY=value"
	// AnyCase says that names are the same in capitals and in small letters, as
	// on Windows, where PATH is mostly called Path.
	AnyCase bool
}

// NewEnv returns entries as an environment of this system.
func NewEnv(entries []string) Env { return Env{entries, runtime.GOOS == "windows"} }

// Get returns the value of name, "" if it is not set.
func (e Env) Get(name string) string {
	value, _ := e.Lookup(name)
	return value
}

// Lookup returns the value of name, and whether it is set. The first of two
// counts, as for os.LookupEnv.
func (e Env) Lookup(name string) (value string, ok bool) {
	for _, entry := range e.Entries {
		if key, value, _ := strings.Cut(entry, "="); e.same(key, name) {
			return value, true
		}
	}
	return "", false
}

// With returns e with name once, so that it does not matter whether a program
// takes the first or the last of two.
func (e Env) With(name, value string) Env {
	out := e.Without(name)
	out.Entries = append(out.Entries, name+"="+value)
	return out
}

// Without returns e without names, and has room for as many as a tool may get.
func (e Env) Without(names ...string) Env {
	entries := make([]string, 0, len(e.Entries)+3)
	for _, entry := range e.Entries {
		key, _, _ := strings.Cut(entry, "=")
		if !slices.ContainsFunc(names, func(name string) bool { return e.same(key, name) }) {
			entries = append(entries, entry)
		}
	}
	e.Entries = entries
	return e
}

func (e Env) same(key, name string) bool {
	return key == name || e.AnyCase && strings.EqualFold(key, name)
}
