// Gosw-shim is the go and gofmt that stand on PATH. It finds out which version
// applies here (docs/resolution.md) and becomes that version's tool by exec.
//
// It does one thing: plain success. Whatever is not plain success, such as a
// broken pin, a version that is not installed or a constraint, it hands over to
// the gosw beside it, which resolves again by the same code, explains, or
// installs. So each message and hint is written once, and the shim stays small
// enough to cost a millisecond.

// What the runtime need not do for a process that lives a millisecond: name its
// memory mappings, and watch how many CPUs it may use.
//
//go:debug decoratemappings=0
//go:debug updatemaxprocs=0
package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

// Exit codes, as shells use them for programs that cannot be run.
const (
	exitUsage    = 2
	exitCannot   = 126
	exitNotFound = 127
)

func main() { os.Exit(run(os.Args)) }

// run becomes the tool that argv names. It returns an exit code if it cannot.
func run(argv []string) int {
	tool, args := "", []string(nil)
	if len(argv) > 0 { // execve allows none
		tool, args = toolName(argv[0]), argv[1:]
	}
	if tool == "" {
		if program := named(); program != "" {
			return fail("go", toolchain.Exec(program, append([]string{"go"}, argv[1:]...), os.Environ()).Error(), exitCannot)
		}
		return fail("gosw-shim", "run it as go or gofmt", exitUsage)
	}
	if toolchain.Depth(os.Getenv) >= toolchain.MaxDepth {
		return fail(tool, "a "+tool+" on PATH keeps running itself (GOSW_DEPTH)", exitCannot)
	}
	program, use, err := find(tool, args)
	if err == nil {
		env := toolchain.Environ(toolchain.NewEnv(os.Environ()), use)
		err = toolchain.Exec(program, append([]string{tool}, args...), env.Entries)
	}
	handOver(tool, args)
	code, help := exitNotFound, ""
	if errors.As(err, new(*toolchain.LoaderError)) {
		code = exitCannot
		if !use.Version.IsZero() && use.Version.Minor() < 20 {
			help = "; releases before 1.20 need glibc, newer ones do not"
		}
	}
	return fail(tool, err.Error()+help, code) // there is no gosw to say it better
}

// handOver becomes "gosw shim tool args", with the gosw beside the file that
// this program is, or is a copy of. It returns if that cannot be.
func handOver(tool string, args []string) {
	self, err := os.Executable()
	if err != nil { // without /proc; the store's shim leads to this program, too
		home, _ := toolchain.Find(os.Getenv)
		self = filepath.Join(home.Bin(), tool+toolchain.Exe)
	}
	if file, err := filepath.EvalSymlinks(self); err == nil {
		self = file
	}
	for _, program := range []string{self, sourceOf(self)} {
		if program != "" {
			gosw := filepath.Join(filepath.Dir(program), "gosw"+toolchain.Exe)
			_ = toolchain.Exec(gosw, append([]string{"gosw", "shim", tool}, args...), os.Environ())
		}
	}
}

// find returns what tool stands for in the working directory.
func find(tool string, args []string) (program string, use toolchain.Use, err error) {
	path, err := toolchain.FindPath(os.Getenv)
	if err != nil {
		return "", use, err
	}
	env := resolve.Env{DefaultFile: path.Home().DefaultFile()}
	env.Variable, env.Value = resolve.Variable(os.LookupEnv)
	dir := ""
	if env.Value == "" { // which decides without a directory
		if dir, err = os.Getwd(); err != nil {
			return "", use, err
		}
		if tool == "go" { // gofmt has no -C
			dir = resolve.Dir(dir, args)
		}
	}
	choice, err := resolve.For(env, dir)
	if err != nil {
		return "", use, err
	}
	return locate(path, choice, tool)
}
