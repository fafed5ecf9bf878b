package cross

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/toolchain"
)

// source is the program. What it prints is what it was built by and for.
//
//go:embed program.go.txt
var source string

// A job is a check in its directory.
type job struct {
	Toolchain
	work    string // has the source; programs are written there
	program string // go
	env     []string
}

func newJob(t Toolchain, work string) (*job, error) {
	j := &job{Toolchain: t, work: work, program: filepath.Join(t.GOROOT, "bin", "go"+toolchain.Exe)}
	j.env = j.environ()
	for name, text := range map[string]string{
		"main.go": source,
		"go.mod":  "module gosw.invalid/program\n", // else one in a directory above would count
	} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return j, os.Mkdir(filepath.Join(work, "tmp"), 0o700)
}

// environ is the user's environment without anything that go reads, but for
// what Toolchain names.
func (j *job) environ() []string {
	var env []string
	for _, entry := range j.Env {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "CGO_") {
			env = append(env, entry)
		}
	}
	tmp := filepath.Join(j.work, "tmp")
	env = append(env,
		"GOENV=off", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0",
		"GOPATH="+filepath.Join(j.work, "gopath"),
		"GOTMPDIR="+tmp, "TMPDIR="+tmp, // the second for releases before go1.10
		"GOCACHE="+cmp.Or(j.Cache, filepath.Join(j.work, "cache")),
	)
	if j.Version.Minor() >= 18 {
		env = append(env, "GOFLAGS=-buildvcs=false") // the directory may be in a repository
	}
	return toolchain.Environ(toolchain.NewEnv(env), toolchain.Use{Version: j.Version, GOROOT: j.GOROOT, Pinned: true}).Entries
}

// self compares what the toolchain says about itself with what it is.
func (j *job) self(ctx context.Context) Findings {
	found := Findings{}
	data, err := fsx.Read(filepath.Join(j.GOROOT, "VERSION"), maxVersion, fsx.NoFollow)
	line, _, _ := strings.Cut(string(data), "\n")
	if err != nil || line != j.Version.String() {
		found.add(KindVersion, "the file VERSION says %q, not %v", line, j.Version)
	}
	say := func(args ...string) (string, bool) {
		out, err := j.command(ctx, time.Minute, nil, j.program, args...)
		if err != nil {
			found.add(KindRun, "go %s: %s", strings.Join(args, " "), reason(err, out))
		}
		return strings.TrimSpace(out), err == nil
	}
	got, ok := say("version")
	if !ok {
		return found
	}
	if want := "go version " + j.Version.String() + " " + Host().String(); got != want {
		found.add(KindVersion, "go version says %q, not %q", got, want)
	}
	if got, ok = say("env", "GOROOT"); !ok {
		return found
	}
	said, _ := os.Stat(got)
	if right, _ := os.Stat(j.GOROOT); !os.SameFile(said, right) {
		found.add(KindGOROOT, "go env GOROOT says %q, not %q", got, j.GOROOT)
	}
	return found
}

// maxOutput is how much of a command's output is kept, in bytes.
const maxOutput = 1 << 20

// maxVersion bounds the file VERSION, in bytes; it has some 50.
const maxVersion = 1 << 10

// command runs a program to its end, or to its time's, and returns what it
// prints: on stdout, or on both if it fails.
func (j *job) command(ctx context.Context, limit time.Duration, env []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("stopped after %v", limit))
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = j.work
	cmd.Env = append(j.env[:len(j.env):len(j.env)], env...)
	out, errOut := fsx.Capped{Limit: maxOutput}, fsx.Capped{Limit: maxOutput}
	cmd.Stdout, cmd.Stderr = &out, &errOut
	end := asGroup(cmd)
	err := cmd.Run()
	if err != nil && ctx.Err() != nil {
		end()
		return "", context.Cause(ctx)
	} else if err != nil {
		return errOut.String() + out.String(), err
	}
	return out.String(), nil
}

// reason is the first line of out that tells something, else err.
func reason(err error, out string) string {
	exit := (*exec.ExitError)(nil)
	if errors.As(err, &exit) {
		for line := range strings.Lines(out) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") { // go's title for a package
				return line
			}
		}
	}
	return err.Error()
}
