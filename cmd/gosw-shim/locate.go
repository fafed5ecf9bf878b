package main

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

// locate finds the program that choice stands for, and how it is to be run.
func locate(path toolchain.Path, choice resolve.Choice, tool string) (program string, use toolchain.Use, err error) {
	for _, spec := range choice.Specs() {
		if spec.Kind() == gover.System {
			self, _ := os.Executable() // without /proc, the store's shim stands for it
			if program = path.NextTool(os.Getenv("PATH"), tool, self); program == "" {
				err = errors.New(choice.Source() + ": no other " + tool + " on PATH")
			}
			return program, use, err
		}
		v, ok, err := path.Lookup(spec)
		if err != nil {
			return "", use, err
		}
		if ok {
			home, err := path.Of(v)
			use = toolchain.Use{Version: v, GOROOT: home.Dir(v), Pinned: choice.Pinned(), Policy: os.Getenv("GOSW_GOTOOLCHAIN")}
			return home.Tool(v, tool), use, err
		}
	}
	return "", use, errors.New(choice.Source() + ": go " + choice.Spec.String() + " is not installed")
}

// toolName returns the tool that a shim called argv0 stands for, "" for none.
func toolName(argv0 string) string {
	name := filepath.Base(argv0)
	if toolchain.Exe != "" { // Windows, where names come in any case
		name = strings.TrimSuffix(strings.ToLower(name), toolchain.Exe)
	}
	if name == "go" || name == "gofmt" {
		return name
	}
	return ""
}

// named returns the go that this program stands for by its name in the bin of a store,
// go1.22.4.exe, "" for none. Where shims are links such a command is one to that go.
func named() string {
	if toolchain.Exe == "" {
		return ""
	}
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(self)), toolchain.Exe)
	v, err := gover.Parse(name)
	if err != nil || v.String() != name {
		return ""
	}
	return toolchain.Home(filepath.Dir(filepath.Dir(self))).Tool(v, "go")
}

// sourceOf returns the gosw-shim that self, a shim in the bin of a store, is a copy of;
// "" where shims are links.
func sourceOf(self string) string {
	if toolchain.Exe == "" {
		return ""
	}
	bin := filepath.Dir(self)
	source, err := os.ReadFile(toolchain.Home(filepath.Dir(bin)).ShimSource())
	if path := strings.TrimSpace(string(source)); err == nil && filepath.IsAbs(path) {
		return path
	}
	return ""
}

// fail prints a message about tool and returns code.
func fail(tool, message string, code int) int {
	_, _ = os.Stderr.WriteString("gosw: " + tool + ": " + printable(message) + "\n")
	return code
}

// printable escapes what could steer a terminal, or turn the direction of its
// text: who makes a directory chooses its name.
func printable(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if strconv.IsGraphic(r) && (r != utf8.RuneError || size > 1) {
			out.WriteString(text[:size])
		} else {
			quoted := strconv.QuoteToASCII(text[:size])
			out.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return out.String()
}
