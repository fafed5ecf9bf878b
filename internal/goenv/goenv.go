// Package goenv reads the go command's variables where that command does: in the
// environment, in the file that "go env -w" writes, and in GOROOT/go.env. It
// decides nothing by them.
package goenv

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
)

// An Origin says where the value of a variable comes from.
type Origin string

// The origins, in the order in which the go command looks.
const (
	Environment Origin = "environment"
	UserFile    Origin = "go env -w" // the file that this command writes
	GOROOTFile  Origin = "go.env"    // GOROOT/go.env
	Unset       Origin = "unset"
)

// A Value is that of one of the go command's variables.
type Value struct {
	Text   string `json:"value"`
	Origin Origin `json:"origin"`
	File   string `json:"file,omitempty"` // where it stands, an absolute path; "" for the environment
	Line   int    `json:"line,omitempty"` // 1-based; 0 for the environment
}

// Settings are the go command's variables. An empty variable in the environment
// counts as unset.
type Settings struct {
	getenv       func(string) string
	user, goroot map[string]Value
}

// Read returns the settings of a go command with the environment
// getenv, whose "go env -w" writes userFile ("" if there is no such file), and
// whose tree is goroot. Like the go command it passes over what it can't read.
func Read(getenv func(string) string, userFile, goroot string) Settings {
	s := Settings{getenv: getenv}
	s.user, _ = ReadFile(userFile, UserFile)
	if goroot = cmp.Or(s.user["GOROOT"].Text, getenv("GOROOT"), goroot); goroot != "" {
		s.goroot, _ = ReadFile(filepath.Join(goroot, "go.env"), GOROOTFile)
	}
	return s
}

// Get returns the variable called name.
func (s Settings) Get(name string) Value {
	if text := s.getenv(name); text != "" {
		return Value{Text: text, Origin: Environment}
	}
	// An empty value in the user's file hides that of go.env, as it does in Go.
	if v, ok := s.user[name]; ok {
		return v
	}
	if v, ok := s.goroot[name]; ok {
		return v
	}
	return Value{Origin: Unset}
}

// maxFile is the largest settings file that is read, in bytes.
const maxFile = 1 << 20

// ReadFile returns the variables in a file of lines KEY=VALUE, by the rules of
// cmd/go/internal/cfg: a key begins with a capital letter, blanks belong to the
// value, other lines do not count, and the last line of a key holds.
func ReadFile(file string, origin Origin) (map[string]Value, error) {
	data, err := fsx.Read(file, maxFile, fsx.Follow)
	if err != nil {
		return nil, err
	}
	values := make(map[string]Value)
	for i, line := range strings.Split(string(data), "\n") {
		key, text, ok := strings.Cut(line, "=")
		if ok && key != "" && 'A' <= key[0] && key[0] <= 'Z' {
			values[key] = Value{Text: text, Origin: origin, File: file, Line: i + 1}
		}
	}
	return values, nil
}
