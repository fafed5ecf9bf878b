// Package cross tells whether a toolchain does its work on this machine: it has
// it build a small program for each of some ports, runs the one for this
// machine, and reads back from the header of each what it was built for.
//
// It runs the toolchain's code, so whoever calls it has proven the tree. The
// user's settings for go (GOFLAGS, "go env -w", a workspace around) have no
// effect, but for the place of the build cache. Nothing is left behind but what
// is in that cache, and no process when the context ends.
//
// It also has a toolchain compile the standard library, with the user's settings: see
// [Toolchain.Warm].
package cross

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/gover"
)

// A Toolchain is what is checked.
type Toolchain struct {
	Version gover.Version
	GOROOT  string

	Env   []string // of the user; see environ
	Cache string   // an absolute path for GOCACHE, "" for one that is not kept
	Temp  string   // the directory for temporary ones; programs have to be allowed to run there
}

// A Finding is something that is not as it should be.
type Finding struct {
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

// Findings are what was found, in its order.
type Findings []Finding

func (f *Findings) add(kind, format string, args ...any) {
	*f = append(*f, Finding{kind, fmt.Sprintf(format, args...)})
}

// The kinds of a Finding.
const (
	KindGOROOT    = "goroot"    // go believes to be elsewhere
	KindVersion   = "version"   // another version is reported or recorded
	KindBuild     = "build"     // go build failed
	KindFormat    = "format"    // no program in the format of the operating system
	KindMachine   = "machine"   // for another processor
	KindSubsystem = "subsystem" // of Windows: not the console's
	KindSettings  = "settings"  // another GOOS or GOARCH is recorded
	KindRun       = "run"       // does not run, or says something else
)

// A Result is what became of the program for one port. What could not be read
// of it is empty.
type Result struct {
	Port Port `json:"port"`
	OK   bool `json:"ok"`
	Ran  bool `json:"ran"` // on this machine
	Program
	Findings Findings `json:"findings"`
}

// A Report is what was found. OK is whether nothing was.
type Report struct {
	OK       bool     `json:"ok"`
	Origin   Origin   `json:"ports_from"`
	Findings Findings `json:"findings"` // of the toolchain itself
	Ports    []Result `json:"ports"`
}

// Check checks a toolchain for this machine and for ports, or for those that
// are first-class if there are none. It calls done for each port in their order,
// as soon as its turn has come. The error is about the check itself.
func (t Toolchain) Check(ctx context.Context, ports []Port, done func(Result)) (*Report, error) {
	work, err := os.MkdirTemp(t.Temp, "gosw-cross-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	j, err := newJob(t, work)
	if err != nil {
		return nil, err
	}
	r := &Report{Findings: j.self(ctx)}
	if r.Origin = Asked; len(ports) == 0 {
		ports, r.Origin = j.firstClass(ctx)
	}
	ports = withHost(ports)
	r.Ports, err = j.all(ctx, ports, done)
	failed := slices.ContainsFunc(r.Ports, func(result Result) bool { return !result.OK })
	r.OK = len(r.Findings) == 0 && !failed
	return r, err
}

// withHost puts this machine's own port first.
func withHost(ports []Port) []Port {
	all := []Port{Host()}
	for _, p := range ports {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// all builds for ports and reads the programs back, several at the same time: the
// parts of a build that have nothing to do beside them, such as its link, overlap.
func (j *job) all(ctx context.Context, ports []Port, done func(Result)) ([]Result, error) {
	ready := make([]chan Result, len(ports))
	for i := range ready {
		ready[i] = make(chan Result, 1)
	}
	var group errgroup.Group
	group.SetLimit(min(runtime.GOMAXPROCS(0), 4))
	go func() {
		for i, port := range ports {
			group.Go(func() error {
				ready[i] <- j.one(ctx, port)
				return nil
			})
		}
	}()
	results := make([]Result, len(ports))
	for i := range ports {
		results[i] = <-ready[i]
		if ctx.Err() == nil && done != nil {
			done(results[i])
		}
	}
	return results, ctx.Err()
}

// one builds for a port and reads the program back.
func (j *job) one(ctx context.Context, port Port) Result {
	r := Result{Port: port, Findings: Findings{}}
	if ctx.Err() != nil {
		return r
	}
	if port != Host() && !crosses(j.Version) {
		r.Findings.add(KindBuild, "releases before go1.5 build for their own platform only")
		return r
	}
	file := filepath.Join(j.work, port.OS+"-"+port.Arch)
	env := []string{"GOOS=" + port.OS, "GOARCH=" + port.Arch}
	if out, err := j.command(ctx, 10*time.Minute, env, j.program, "build", "-o", file, "main.go"); err != nil {
		r.Findings.add(KindBuild, "%s", reason(err, out))
		return r
	}
	r.read(file, j.Version)
	if port == Host() && len(r.Findings) == 0 {
		j.run(ctx, file, &r)
	}
	r.OK = len(r.Findings) == 0
	return r
}

// run runs the program for this machine, which says what it is.
func (j *job) run(ctx context.Context, file string, r *Result) {
	out, err := j.command(ctx, time.Minute, nil, file)
	if err != nil {
		r.Findings.add(KindRun, "%s", reason(err, out))
		return
	}
	r.Ran = true
	want := j.Version.String() + " " + r.Port.String()
	if got := strings.TrimSpace(out); got != want {
		r.Findings.add(KindRun, "says %q, not %q", got, want)
	}
}

// read reads the program that v has built, and compares it with what was asked
// for.
func (r *Result) read(file string, v gover.Version) {
	p, err := readProgram(file)
	if err != nil {
		r.Findings.add(KindFormat, "%v", err)
		return
	}
	r.Program = *p
	if want := formatOf(r.Port.OS); p.Format != want {
		r.Findings.add(KindFormat, "%s, not %s", p.Format, want)
	}
	if p.Machine != r.Port.Arch {
		r.Findings.add(KindMachine, "%s, not %s", p.Machine, r.Port.Arch)
	}
	if p.Format == formatPE && p.Subsystem != subsystemConsole {
		r.Findings.add(KindSubsystem, "%d, not %d (console)", p.Subsystem, subsystemConsole)
	}
	switch got := (Port{p.GOOS, p.GOARCH}); {
	case p.GoVersion == "" && (v.Minor() < 13 || p.Format == formatWasm):
		return // which record nothing that could be compared
	case p.GoVersion != v.String():
		r.Findings.add(KindVersion, "%q, not %v", p.GoVersion, v)
	case v.Minor() >= 18 && got != r.Port: // older ones record the version alone
		r.Findings.add(KindSettings, "%s, not %s", got, r.Port)
	}
}
