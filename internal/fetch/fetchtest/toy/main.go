// Toy is the go and gofmt of fetchtest's toy toolchains where a program can't be a
// script, on Windows: it does what goScript of fetchtest does. What it is it finds from
// its own place, as the real go does.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	self, err := os.Executable()
	if err != nil {
		fail("%v", err)
	}
	name := strings.TrimSuffix(filepath.Base(self), ".exe")
	g := toy{goroot: filepath.Dir(filepath.Dir(self)), platform: runtime.GOOS + "/" + runtime.GOARCH}
	data, err := os.ReadFile(filepath.Join(g.goroot, "VERSION"))
	if err != nil {
		fail("%v", err)
	}
	g.version, _, _ = strings.Cut(string(data), "\n")
	if name != "go" {
		fmt.Println(name, g.version)
		return
	}
	args := os.Args[1:]
	if len(args) > 1 && args[0] == "-C" {
		if err := os.Chdir(args[1]); err != nil {
			fail("%v", err)
		}
		args = args[2:]
	}
	g.mod, g.work = up("go.mod"), cmp.Or(os.Getenv("GOWORK"), up("go.work"))
	g.run(args)
}

type toy struct{ goroot, version, platform, mod, work string }

func (g toy) run(args []string) {
	verb, rest := "", args
	if len(args) > 0 {
		verb, rest = args[0], args[1:]
	}
	if strings.HasPrefix(os.Getenv("GODEBUG"), "toolchaintrace=1") && (verb == "env" || verb == "list") {
		g.selectToolchain(args)
	}
	switch verb {
	case "version":
		fmt.Println("go version", g.version, g.platform)
	case "list":
		g.list()
	case "env":
		g.env(rest)
	case "exit":
		code, _ := strconv.Atoi(rest[0])
		os.Exit(code)
	case "args":
		for _, arg := range rest {
			fmt.Printf("[%s]\n", arg)
		}
	case "printenv":
		value, ok := os.LookupEnv(rest[0])
		if !ok {
			os.Exit(1)
		}
		fmt.Println(value)
	default:
		fmt.Printf("toy %s: %s\n", g.version, strings.Join(args, " "))
	}
}

// env is "go env NAME…".
func (g toy) env(names []string) {
	own := map[string]string{"GOROOT": g.goroot, "GOVERSION": g.version, "GOMOD": g.mod, "GOWORK": g.work}
	for _, name := range names {
		value, ok := own[name]
		if !ok {
			value = os.Getenv(name)
		}
		fmt.Println(value)
	}
}

// list is "go list -m", which says what go.mod asks for in vain.
func (g toy) list() {
	switch work := os.Getenv("GOWORK"); {
	case work == "" || work == "off":
	case !filepath.IsAbs(work):
		fail("invalid GOWORK: not an absolute path")
	default:
		if _, err := os.Stat(work); err != nil {
			fail("open %s: no such file or directory", work)
		}
	}
	for key, value := range lines(g.mod) {
		switch {
		case key != "go":
		case strings.HasPrefix(g.version, "go1.18") && strings.Count(value, ".") > 1:
			fail("invalid go version '%s': must match format 1.23", value)
		case !strings.HasPrefix(g.version, "go1.18") && number(value) > number(g.version):
			fail("go.mod requires go >= %s (running go %s; GOTOOLCHAIN=%s)", value, strings.TrimPrefix(g.version, "go"), os.Getenv("GOTOOLCHAIN"))
		}
	}
}

// selectToolchain does the simplest of Go's own switching: GOTOOLCHAIN, or a go line or
// toolchain line that asks for more than this release.
func (g toy) selectToolchain(args []string) {
	if number(g.version) < 21000 {
		return
	}
	policy, name := os.Getenv("GOTOOLCHAIN"), g.version
	if policy == "" {
		for key, value := range settings(os.Getenv("GOENV")) {
			if key == "GOTOOLCHAIN" {
				policy = value
			}
		}
	}
	switch {
	case policy == "local":
	case policy == "" || policy == "auto" || policy == "path":
		for key, value := range lines(g.mod) {
			switch {
			case key == "go":
				value = "go" + value
			case key == "toolchain" && !strings.HasPrefix(value, "go"):
				fail("invalid toolchain %q in go.mod", value)
			case key != "toolchain":
				continue
			}
			if number(value) > number(name) {
				name = value
			}
		}
	case strings.HasPrefix(policy, "go1"):
		name, _, _ = strings.Cut(policy, "+")
	default:
		fail("invalid GOTOOLCHAIN %q", policy)
	}
	if name == g.version {
		return
	}
	if program, err := exec.LookPath(name); err == nil {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		_ = cmd.Run()
		os.Exit(cmd.ProcessState.ExitCode())
	}
	if strings.HasSuffix(policy, "path") {
		fail("cannot find %q in PATH", name)
	}
	fail("download %s for %s: toolchain not available", name, g.platform)
}

// up returns the nearest file of that name upward, "" for none.
func up(name string) string {
	dir, err := os.Getwd()
	for err == nil {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

// number is one that grows with the version.
func number(version string) int {
	part := func(i int) int {
		parts := append(strings.Split(strings.TrimPrefix(version, "go"), "."), "", "", "")
		n, _ := strconv.Atoi(parts[i][:len(parts[i])-len(strings.TrimLeft(parts[i], "0123456789"))])
		return n
	}
	return part(1)*1000 + part(2)
}

// lines has the first two words of each line of a file; "" has none.
func lines(file string) func(func(key, value string) bool) { return pairs(file, " ") }

func settings(file string) func(func(key, value string) bool) { return pairs(file, "=") }

func pairs(file, between string) func(func(key, value string) bool) {
	return func(yield func(key, value string) bool) {
		f, err := os.Open(file)
		if err != nil {
			return
		}
		defer f.Close()
		for text := bufio.NewScanner(f); text.Scan(); {
			if key, value, _ := strings.Cut(text.Text(), between); !yield(key, strings.TrimSpace(value)) {
				return
			}
		}
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "go: "+format+"\n", args...)
	os.Exit(1)
}
