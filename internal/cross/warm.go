package cross

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/toolchain"
)

// A Build is one way to compile the standard library: for a port, or, if that is
// zero, as the user's environment says.
type Build struct {
	Port Port
	Race bool
}

// String says what is special about it, with a blank before it.
func (b Build) String() string {
	switch {
	case b.Race:
		return " with -race"
	case b.Port != Port{}:
		return " for " + b.Port.String()
	}
	return ""
}

// args are the arguments of go, and what is set for it.
func (b Build) args() (args, env []string) {
	args = []string{"build"}
	if b.Race {
		args = append(args, "-race")
	}
	if b.Port != (Port{}) {
		env = []string{"GOOS=" + b.Port.OS, "GOARCH=" + b.Port.Arch}
	}
	return append(args, "std"), env
}

// Warm compiles the standard library into the build cache, so that the first build of
// a program need not. What a build takes from there depends on the user's settings, as
// GOFLAGS, so here they hold, all of them. It gives way to everything else that wants
// the processor and the disk.
func (t Toolchain) Warm(ctx context.Context, b Build) error {
	if t.Version.Minor() < 10 {
		return errors.New("releases before go1.10 have no build cache")
	}
	work, err := os.MkdirTemp(t.Temp, "gosw-warm-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	// Neither a module nor a workspace of a directory above counts.
	if err := os.WriteFile(filepath.Join(work, "go.mod"), []byte("module gosw.invalid/warm\n"), 0o600); err != nil {
		return err
	}
	env := toolchain.Environ(toolchain.NewEnv(t.Env), toolchain.Use{Version: t.Version, GOROOT: t.GOROOT, Pinned: true})
	j := &job{Toolchain: t, work: work, env: append(env.Entries, "GOTOOLCHAIN=local", "GOWORK=off")}
	args, set := b.args()
	argv := lowly(env.Get("PATH"), append([]string{filepath.Join(t.GOROOT, "bin", "go"+toolchain.Exe)}, args...))
	out, err := j.command(ctx, 2*time.Hour, set, argv[0], argv[1:]...)
	if err != nil && ctx.Err() == nil {
		return errors.New(strings.TrimPrefix(reason(err, out), "go: "))
	}
	return err
}
