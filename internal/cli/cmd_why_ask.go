package cli

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

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

// The places that the toolchain which does the work comes from. They are part of
// what "gosw why --json" prints.
const (
	placeStarted  = "started"      // it is the one that starts: no switch
	placePath     = "PATH"         // go has found it on PATH
	placeModCache = "module cache" // go has downloaded it before
	placeDownload = "download"     // go would have to download it
)

// askBound bounds what a go may take to answer, and maxAnswer what it may say.
const (
	askBound  = 20 * time.Second
	maxAnswer = 64 << 10
)

// askGo asks go, the program that the rules lead to, what it makes of go.mod and
// GOTOOLCHAIN: each release of Go has rules of its own. The error is the one that
// go would end with.
func (x *explainer) askGo(program string) error {
	chosen := x.report.Chosen
	x.report.Runs = whyRuns{Toolchain: chosen.name(), Place: placeStarted, Program: program, GOROOT: chosen.GOROOT}
	x.toTool(x.target.version)
	if chosen.name() == "" {
		x.add(severityNote, fmt.Sprintf("what version %s is, and whether it switches, can only be told by running it", program), Hint{})
		return nil
	}
	if x.dir == "" { // removed; GO_VERSION decided without it
		return nil
	}
	settings := x.goSettings()
	s := &whySwitching{GOTOOLCHAIN: x.value(settings.Get("GOTOOLCHAIN"), "GOTOOLCHAIN"), Said: []string{}}
	x.report.Switching = s
	work, _, workErr := gomod.Find(x.dir, settings.Get("GOWORK").Text)
	if work.File != "" {
		s.File = modFile(work)
	}
	switch s.GOTOOLCHAIN.Value {
	case "", "auto", "path", "local":
		if work.File == "" && workErr == nil {
			return nil // nothing here asks for another one
		}
	}
	if workErr != nil && s.GOTOOLCHAIN.Value == "local" { // where "go env" fails, and go starts all the same
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
		x.add(severityNote, fmt.Sprintf("%s can't be asked whether it switches: %v", program, err), Hint{})
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
func (x *explainer) goSettings() goenv.Settings {
	goroot := ""
	if x.report.Chosen != nil {
		goroot = x.report.Chosen.GOROOT
	}
	file, _ := x.goEnvFile()
	return goenv.Read(x.environOf(x.target).Get, file, goroot)
}

// runGo runs program as the shim would, but without the network. It returns what
// that prints, and what it says on stderr in lines.
func (x *explainer) runGo(ctx context.Context, program string, args ...string) (out string, said []string, err error) {
	debug := "toolchaintrace=1"
	if own := x.getenv("GODEBUG"); own != "" {
		debug += "," + own
	}
	stdout, stderr := fsx.Capped{Limit: maxAnswer}, fsx.Capped{Limit: maxAnswer}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = x.dir, x.environOf(x.target).With("GOPROXY", "off").With("GODEBUG", debug).Entries
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
func (x *explainer) refused(settings goenv.Settings, code int) error {
	words := "it says nothing"
	if s := x.report.Switching; len(s.Said) > 0 {
		words = s.Said[len(s.Said)-1] // which is the error, or an answer to the lack of a network
		s.Said = s.Said[:len(s.Said)-1]
	}
	name := ""
	if found := missing.FindStringSubmatch(words); found != nil {
		name = found[1]
	}
	// Go was asked without the network, which it may have otherwise.
	if strings.HasPrefix(words, "download ") && settings.Get("GOPROXY").Text != "off" && settings.Get("GOSUMDB").Text != "off" {
		x.report.Runs = whyRuns{Toolchain: name, Place: placeDownload}
		x.add(severityNote, fmt.Sprintf("go downloads %s into the module cache", name), x.getHint(name))
		return nil
	}
	x.report.Runs = whyRuns{}
	hint := x.wordsHint(words, settings)
	if name != "" {
		hint = x.getHint(name)
	}
	return withCode(withHint(fmt.Errorf("go ends with an error: %s", words), hint), code)
}

// wordsHint says how to get rid of what go complains about in words.
func (x *explainer) wordsHint(words string, settings goenv.Settings) Hint {
	for _, name := range []string{"GOTOOLCHAIN", "GOWORK", "GOFLAGS", "GO111MODULE"} {
		v := settings.Get(name)
		switch {
		case v.Text == "" || x.value(v, name).Origin == "gosw":
		case !strings.Contains(words, name) && !strings.Contains(words, v.Text):
		case v.Origin == goenv.Environment:
			return Hint{Command: command.Unset(name)}
		case name == "GOTOOLCHAIN": // the one command that go still takes then
			return run("go", "env", "-w", "GOTOOLCHAIN=auto")
		default:
			return x.removeLine(v)
		}
	}
	if r, ok, _ := gomod.Find(x.dir, settings.Get("GOWORK").Text); ok {
		return hintf("fix %s", r.File)
	}
	return Hint{}
}

// switched reports the toolchain that runs in the end, by its name and the text
// that has its GOROOT in front, and where it comes from.
func (x *explainer) switched(name, text string) {
	r := &x.report.Runs
	goroot, _, _ := strings.Cut(text, "\n")
	v, err := gover.Parse(name)
	if err != nil || name == r.Toolchain { // releases before 1.16 don't say
		return
	}
	if home, err := x.path.Of(v); err == nil && strings.HasPrefix(text, home.Dir(v)+"\n") { // which may have a newline in it
		goroot = home.Dir(v)
	}
	r.Place, r.Program = placePath, filepath.Join(goroot, "bin", "go"+toolchain.Exe)
	if strings.Contains(filepath.ToSlash(goroot), "/golang.org/toolchain@") {
		r.Place = placeModCache
	}
	if v := x.report.Switching.GOTOOLCHAIN; x.target.choice.Pinned() && v.Origin == "environment" && strings.HasPrefix(v.Value, "go") {
		x.add(severityNote, fmt.Sprintf("GOTOOLCHAIN=%s makes %s of the pin %s", v.Value, name, r.Toolchain), Hint{Command: command.Unset("GOTOOLCHAIN")})
	}
	r.Toolchain, r.GOROOT = name, goroot
	x.toTool(v)
}

// toTool makes the tool that was asked about the program that runs, of toolchain v.
func (x *explainer) toTool(v gover.Version) {
	if r := &x.report.Runs; x.report.Tool != "go" {
		r.Program, r.How = toolIn(r.GOROOT, v, x.report.Tool)
	}
}

// getHint says how go gets the toolchain called name from the store.
func (x *explainer) getHint(name string) Hint {
	v, err := gover.Parse(name)
	if err != nil || v.String() != name {
		return hintf("there is no release of that name; name one that %v shows", gosw("list", "--remote"))
	}
	if ok, err := x.path.Has(v); ok || err != nil { // if that can't be known, it need not be installed
		return x.pathFix()
	}
	return Hint{Command: gosw("install", gover.Only(v).String())}
}

// required finds the version that go asks for in what it says.
var required = regexp.MustCompile(`requires go >= ([0-9][^ ,)]*)`)

// checkFit says so if the go that runs can't build what is here: r is of the go.mod
// or go.work that it heeds.
func (x *explainer) checkFit(ctx context.Context, program string, r gomod.Requirement, settings goenv.Settings) {
	runs := x.report.Runs.Toolchain
	_, said, runErr := x.runGo(ctx, program, "list", "-m")
	switch {
	case runErr != nil && len(said) > 0:
		words := strings.Join(said[len(x.trace(said)):], " ")
		x.add(severityWrong, words, x.fitFix(words, r, settings))
	case r.Go != "" && version.Compare("go"+r.Go, runs) > 0: // before 1.21, go tries all the same
		x.add(severityNote, fmt.Sprintf("%s:%d is for go %s; %s builds it all the same, or fails", r.File, r.GoLine, r.Go, runs), x.newerFix(r, settings))
	}
}

func modFile(r gomod.Requirement) *whyModFile {
	return &whyModFile{r.File, r.Go, r.GoLine, r.Toolchain, r.ToolchainLine}
}

// trace returns the lines at the head of said that are about switching.
func (x *explainer) trace(said []string) []string {
	n := 0
	for n < len(said) && n < len(x.report.Switching.Said) && said[n] == x.report.Switching.Said[n] {
		n++
	}
	return said[:n]
}

// fitFix is the command after which go can load what is here.
func (x *explainer) fitFix(words string, r gomod.Requirement, settings goenv.Settings) Hint {
	needs := required.FindStringSubmatch(words)
	switch {
	case needs != nil && strings.Contains(words, "listed in go.work"):
		return Hint{Command: command.Run("go", "work", "edit", "-go="+needs[1], r.File)}
	case version.Compare("go"+r.Go, x.report.Runs.Toolchain) > 0 || version.Compare(x.report.Runs.Toolchain, "go1.21") < 0 && r.ToolchainLine > 0:
		return x.newerFix(r, settings)
	}
	return x.wordsHint(words, settings)
}

// newerFix is the command after which a toolchain runs that r allows.
func (x *explainer) newerFix(r gomod.Requirement, settings goenv.Settings) Hint {
	v := settings.Get("GOTOOLCHAIN")
	switches := version.Compare(x.report.Chosen.name(), "go1.21") >= 0
	if v.Text != "" && v.Text != "auto" && x.value(v, "GOTOOLCHAIN").Origin != "gosw" && switches {
		if v.Origin == goenv.Environment {
			return Hint{Command: command.Unset("GOTOOLCHAIN")}
		}
		return run("go", "env", "-w", "GOTOOLCHAIN=auto")
	}
	spec, err := r.Spec()
	if err != nil || spec.Kind() == 0 {
		return Hint{}
	}
	return x.pinFix(spec)
}

// value tells what gosw has set from what was in the environment before.
func (x *explainer) value(v goenv.Value, name string) whyValue {
	origin := string(v.Origin)
	if v.Origin == goenv.Environment && x.getenv(name) == "" {
		origin = "gosw"
	}
	return whyValue{v.Text, origin, v.File, v.Line}
}

// pinFix makes spec what the rules choose here.
func (x *explainer) pinFix(spec gover.Spec) Hint {
	choice, install := x.target.choice, gosw("install", spec.String())
	if x.suffices(choice.Spec, spec) {
		return Hint{Command: install}
	}
	if v, ok, err := x.path.Lookup(spec); err == nil && ok {
		if newest, _ := spec.Newest(x.releasesKnown()); spec.Kind() != gover.Latest || v == newest {
			install = nil
		}
	}
	switch {
	case choice.Rule == resolve.FromEnv:
		return Hint{Command: install.Then(command.Export("GO_VERSION", spec.String()))}
	case choice.Rule != resolve.FromFile:
		return Hint{Command: install.Then(gosw("default", spec.String()))}
	case filepath.Base(choice.File) == ".go-version":
		return Hint{Command: install.Then(command.Write(spec.String(), choice.File))}
	}
	edit := hintf("make line %d of %s \"golang %s\"", choice.Line, choice.File, spec)
	if install != nil {
		edit = hintf("run %v and %v", install, edit)
	}
	return edit
}

// suffices reports whether pin will mean what spec does once that is installed.
func (x *explainer) suffices(pin, spec gover.Spec) bool {
	v, exact := spec.Version()
	if !exact {
		return pin == spec
	}
	installed, err := x.path.Installed()
	if err != nil {
		return false
	}
	chosen, ok, err := constraint.Newest(pin, append(installed, v))
	return err == nil && ok && chosen == v
}
