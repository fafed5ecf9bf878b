package explain

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/which"
)

// The places that the toolchain which does the work comes from. They are part of
// what "gosw why --json" prints.
const (
	PlaceStarted  = "started"      // it is the one that starts: no switch
	placePath     = "PATH"         // go has found it on PATH
	placeModCache = "module cache" // go has downloaded it before
	PlaceDownload = "download"     // go would have to download it
)

// askBound bounds what a go may take to answer, and maxAnswer what it may say.
const (
	askBound  = 20 * time.Second
	maxAnswer = 64 << 10
)

// askGo asks go, the program that the rules lead to, what it makes of go.mod and
// GOTOOLCHAIN: each release of Go has rules of its own. The error is the one that
// go would end with.
func (x *Explainer) askGo(program string) error {
	chosen := x.Report.Chosen
	x.Report.Runs = Runs{Toolchain: chosen.Name(), Place: PlaceStarted, Program: program, GOROOT: chosen.GOROOT}
	x.toTool(x.Target.Version)
	if chosen.Name() == "" {
		x.add(SeverityNote, fmt.Sprintf("the version of %s, and whether it switches, is known only when it runs", program), command.Hint{})
		return nil
	}
	if x.dir == "" { // removed; GO_VERSION decided without it
		return nil
	}
	settings := x.goSettings()
	s := &Switching{GOTOOLCHAIN: x.value(settings.Get("GOTOOLCHAIN"), "GOTOOLCHAIN"), Said: []string{}}
	x.Report.Switching = s
	work, _, workErr := gomod.Find(x.dir, settings.Get("GOWORK").Text)
	if work.File != "" {
		s.File = &work
	}
	switch s.GOTOOLCHAIN.Text {
	case "", "auto", "path", "local":
		if work.File == "" && workErr == nil {
			return nil // nothing here asks for another one
		}
	}
	if workErr != nil && s.GOTOOLCHAIN.Text == "local" { // where "go env" fails, and go starts all the same
		x.add(severityWrong, workErr.Error(), x.wordsHint(workErr.Error(), settings))
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), askBound, fmt.Errorf("no answer in %v", askBound))
	defer cancel()
	out, said, err := x.runGo(ctx, program, "env", "GOVERSION", "GOROOT", "GOWORK", "GOMOD")
	s.Said = append(s.Said, said...)
	exit := (*exec.ExitError)(nil)
	switch {
	case errors.As(err, &exit) && exit.Exited():
		return x.refused(settings, exit.ExitCode())
	case err != nil:
		x.add(SeverityNote, fmt.Sprintf("%s does not say whether it switches: %v", program, err), command.Hint{})
		return nil
	}
	name, rest, _ := strings.Cut(out, "\n")
	x.switched(name, rest)
	switch {
	case workErr != nil:
		x.add(severityWrong, workErr.Error(), x.wordsHint(workErr.Error(), settings))
	case work.File != "" && strings.Contains(out, "\n"+work.File+"\n"): // go heeds it
		x.checkFit(ctx, program, work, settings)
	default:
		s.File = nil
	}
	return nil
}

// goSettings are the settings of the go that the rules lead to, in the environment
// that the shim gives it.
func (x *Explainer) goSettings() goenv.Settings {
	goroot := ""
	if x.Report.Chosen != nil {
		goroot = x.Report.Chosen.GOROOT
	}
	file, _ := x.GoEnvFile()
	return goenv.Read(x.EnvironOf(x.Target).Get, file, goroot)
}

// runGo runs program as the shim would, but without the network. It returns what
// that prints, and what it says on stderr in lines.
func (x *Explainer) runGo(ctx context.Context, program string, args ...string) (out string, said []string, err error) {
	if err := x.MayRun(x.Target); err != nil { // why shows what is in any store
		return "", nil, err
	}
	debug := "toolchaintrace=1"
	if own := x.Getenv("GODEBUG"); own != "" {
		debug += "," + own
	}
	stdout, stderr := fsx.Capped{Limit: maxAnswer}, fsx.Capped{Limit: maxAnswer}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = x.dir, x.EnvironOf(x.Target).With("GOPROXY", "off").With("GODEBUG", debug).Entries
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	for line := range strings.Lines(stderr.String()) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			said = append(said, strings.TrimPrefix(line, "go: "))
		}
	}
	return stdout.String(), said, err
}

// missing finds the toolchain that go has looked for in vain in what it says.
var missing = regexp.MustCompile(`(?:download|cannot find) "?(go[0-9][^ "]*)"?`)

// refused is for a go that ends with an error before it does any work.
func (x *Explainer) refused(settings goenv.Settings, code int) error {
	words := "it printed nothing"
	if s := x.Report.Switching; len(s.Said) > 0 {
		words = s.Said[len(s.Said)-1] // which is the error, or an answer to the lack of a network
		s.Said = s.Said[:len(s.Said)-1]
	}
	name := ""
	if found := missing.FindStringSubmatch(words); found != nil {
		name = found[1]
	}
	// Go was asked without the network, which it may have otherwise.
	if strings.HasPrefix(words, "download ") && settings.Get("GOPROXY").Text != "off" && settings.Get("GOSUMDB").Text != "off" {
		x.Report.Runs = Runs{Toolchain: name, Place: PlaceDownload}
		x.add(SeverityNote, fmt.Sprintf("go downloads %s into the module cache", name), x.getHint(name))
		return nil
	}
	x.Report.Runs = Runs{}
	hint := x.wordsHint(words, settings)
	if name != "" {
		hint = x.getHint(name)
	}
	return failure.WithCode(failure.WithHint(fmt.Errorf("go fails: %s", words), hint), code)
}

// wordsHint says how to get rid of what go complains about in words.
func (x *Explainer) wordsHint(words string, settings goenv.Settings) command.Hint {
	for _, name := range []string{"GOTOOLCHAIN", "GOWORK", "GOFLAGS", "GO111MODULE"} {
		v := settings.Get(name)
		switch {
		case v.Text == "" || x.value(v, name).Origin == ByGosw:
		case !strings.Contains(words, name) && !strings.Contains(words, v.Text):
		case v.Origin == goenv.Environment:
			return command.Hint{Command: command.Unset(name)}
		case name == "GOTOOLCHAIN": // the one command that go still takes then
			return command.ToRun("go", "env", "-w", "GOTOOLCHAIN=auto")
		default:
			return RemoveLine(x.App, v)
		}
	}
	if r, ok, _ := gomod.Find(x.dir, settings.Get("GOWORK").Text); ok {
		return command.Hintf("fix %s", r.File)
	}
	return command.Hint{}
}

// switched reports the toolchain that runs in the end, by its name and the text
// that has its GOROOT in front, and where it comes from.
func (x *Explainer) switched(name, text string) {
	r := &x.Report.Runs
	goroot, _, _ := strings.Cut(text, "\n")
	v, err := gover.Parse(name)
	if err != nil || name == r.Toolchain { // releases before 1.16 don't say
		return
	}
	if home, err := x.Path.Of(v); err == nil && strings.HasPrefix(text, home.Dir(v)+"\n") { // which may have a newline in it
		goroot = home.Dir(v)
	}
	r.Place, r.Program = placePath, filepath.Join(goroot, "bin", "go"+toolchain.Exe)
	if strings.Contains(filepath.ToSlash(goroot), "/golang.org/toolchain@") {
		r.Place = placeModCache
	}
	if v := x.Report.Switching.GOTOOLCHAIN; x.Target.Choice.Pinned() && v.Origin == goenv.Environment && strings.HasPrefix(v.Text, "go") {
		x.add(SeverityNote, fmt.Sprintf("GOTOOLCHAIN=%s runs %s, although the pin says %s", v.Text, name, r.Toolchain), command.Hint{Command: command.Unset("GOTOOLCHAIN")})
	}
	r.Toolchain, r.GOROOT = name, goroot
	x.toTool(v)
}

// toTool makes the tool that was asked about the program that runs, of toolchain v.
func (x *Explainer) toTool(v gover.Version) {
	if r := &x.Report.Runs; x.Report.Tool != "go" {
		r.Program, r.How = which.In(r.GOROOT, v, x.Report.Tool)
	}
}

// getHint says how go gets the toolchain called name from the store.
func (x *Explainer) getHint(name string) command.Hint {
	v, err := gover.Parse(name)
	if err != nil || v.String() != name {
		return command.Hintf("there is no such release; choose one from %v", command.Gosw("list", "--remote"))
	}
	if ok, err := x.Path.Has(v); ok || err != nil { // if that can't be known, it need not be installed
		return x.pathFix()
	}
	return command.Hint{Command: command.Gosw("install", gover.Only(v).String())}
}

// required finds the version that go asks for in what it says.
var required = regexp.MustCompile(`requires go >= ([0-9][^ ,)]*)`)

// checkFit says so if the go that runs can't build what is here: r is of the go.mod
// or go.work that it heeds.
func (x *Explainer) checkFit(ctx context.Context, program string, r gomod.Requirement, settings goenv.Settings) {
	runs := x.Report.Runs.Toolchain
	_, said, runErr := x.runGo(ctx, program, "list", "-m")
	switch {
	case runErr != nil && len(said) > 0:
		words := strings.Join(said[len(x.trace(said)):], " ")
		x.add(severityWrong, words, x.fitFix(words, r, settings))
	case r.Go != "" && version.Compare("go"+r.Go, runs) > 0: // before 1.21, go tries all the same
		x.add(SeverityNote, fmt.Sprintf("%s:%d is for go %s; %s may fail to build it", r.File, r.GoLine, r.Go, runs), x.newerFix(r, settings))
	}
}

// trace returns the lines at the head of said that are about switching.
func (x *Explainer) trace(said []string) []string {
	n := 0
	for n < len(said) && n < len(x.Report.Switching.Said) && said[n] == x.Report.Switching.Said[n] {
		n++
	}
	return said[:n]
}

// fitFix is the command after which go can load what is here.
func (x *Explainer) fitFix(words string, r gomod.Requirement, settings goenv.Settings) command.Hint {
	needs := required.FindStringSubmatch(words)
	switch {
	case needs != nil && strings.Contains(words, "listed in go.work"):
		return command.Hint{Command: command.Run("go", "work", "edit", "-go="+needs[1], r.File)}
	case version.Compare("go"+r.Go, x.Report.Runs.Toolchain) > 0 || version.Compare(x.Report.Runs.Toolchain, "go1.21") < 0 && r.ToolchainLine > 0:
		return x.newerFix(r, settings)
	}
	return x.wordsHint(words, settings)
}

// newerFix is the command after which a toolchain runs that r allows.
func (x *Explainer) newerFix(r gomod.Requirement, settings goenv.Settings) command.Hint {
	v := settings.Get("GOTOOLCHAIN")
	switches := version.Compare(x.Report.Chosen.Name(), "go1.21") >= 0
	if v.Text != "" && v.Text != "auto" && x.value(v, "GOTOOLCHAIN").Origin != ByGosw && switches {
		if v.Origin == goenv.Environment {
			return command.Hint{Command: command.Unset("GOTOOLCHAIN")}
		}
		return command.ToRun("go", "env", "-w", "GOTOOLCHAIN=auto")
	}
	spec, err := r.Spec()
	if err != nil || spec.Kind() == 0 {
		return command.Hint{}
	}
	return x.PinFix(spec)
}

// value tells what gosw has set from what was in the environment before.
func (x *Explainer) value(v goenv.Value, name string) goenv.Value {
	if v.Origin == goenv.Environment && x.Getenv(name) == "" {
		v.Origin = ByGosw
	}
	return v
}

// PinFix makes spec what the rules choose here.
func (x *Explainer) PinFix(spec gover.Spec) command.Hint {
	choice, install := x.Target.Choice, command.Gosw("install", spec.String())
	if x.suffices(choice.Spec, spec) {
		return command.Hint{Command: install}
	}
	if v, ok, err := x.Path.Lookup(spec); err == nil && ok {
		if newest, _ := spec.Newest(x.ReleasesKnown()); spec.Kind() != gover.Latest || v == newest {
			install = nil
		}
	}
	switch {
	case choice.Rule == resolve.FromEnv:
		return command.Hint{Command: install.Then(command.Export("GO_VERSION", spec.String()))}
	case choice.Rule != resolve.FromFile:
		return command.Hint{Command: install.Then(command.Gosw("default", spec.String()))}
	case filepath.Dir(choice.File) == x.dir:
		return command.Hint{Command: install.Then(command.Gosw("pin", spec.String()))}
	case filepath.Base(choice.File) == ".go-version":
		return command.Hint{Command: install.Then(command.Write(spec.String(), choice.File))}
	}
	edit := command.Hintf("change the version in line %d of %s to %s", choice.Line, choice.File, spec)
	if install != nil {
		edit = command.Hintf("run %v and %v", install, edit)
	}
	return edit
}

// suffices reports whether pin will mean what spec does once that is installed.
func (x *Explainer) suffices(pin, spec gover.Spec) bool {
	v, exact := spec.Version()
	if !exact {
		return pin == spec
	}
	installed, err := x.Path.Installed()
	if err != nil {
		return false
	}
	chosen, ok, err := constraint.Newest(pin, append(installed, v))
	return err == nil && ok && chosen == v
}
