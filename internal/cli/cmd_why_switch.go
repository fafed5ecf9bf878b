package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/switching"
	"github.com/gosw/gosw/internal/toolchain"
)

// foretell finds out what go, the program that the rules lead to, makes of
// go.mod and GOTOOLCHAIN. The error is the one that go would end with.
func (x *explainer) foretell(program string) error {
	chosen := x.report.Chosen
	x.report.Runs = whyRuns{Toolchain: chosen.name(), Place: switching.Started, Program: program, GOROOT: chosen.GOROOT}
	if chosen.name() == "" {
		x.add(severityNote, fmt.Sprintf("what version %s is, and whether it switches, can only be told by running it", program), Hint{})
		return nil
	}
	start := x.start()
	d, err := switching.Decide(start)
	x.report.Switching = x.describe(d)
	if err != nil {
		x.report.Runs = whyRuns{}
		return &hintError{err, invalidHint(err)}
	}
	source := switching.Locate(start, d, x.getenv("PATH"), x.goModCache(start.Settings))
	x.report.Runs = x.runs(d, source)
	if source.Place == switching.Nowhere {
		return x.unavailable(d, source)
	}
	x.checkSource(d, source)
	if d.Reason != switching.ModulesOff {
		x.checkFit(d)
	}
	return nil
}

// start is the go command that the rules lead to, in the environment that the
// shim gives it.
func (x *explainer) start() switching.Start {
	chosen := x.report.Chosen
	dir := x.dir
	if dir == "" { // removed; GO_VERSION decided without it
		dir = string(filepath.Separator)
	}
	temp, _ := x.tempDir()
	goEnv, _ := x.goEnvFile()
	return switching.Start{
		Dir: dir, Local: chosen.name(), GOROOT: chosen.GOROOT, TempDir: temp,
		Settings: switching.ReadSettings(x.environOf(x.target).Get, goEnv, chosen.GOROOT),
	}
}

// goModCache is where a go with these settings keeps modules, "" if that can't
// be told.
func (x *explainer) goModCache(settings switching.Settings) string {
	if dir := settings.Get("GOMODCACHE").Text; dir != "" {
		return dir
	}
	list := filepath.SplitList(settings.Get("GOPATH").Text)
	if len(list) == 0 {
		home, err := x.userHome()
		if err != nil {
			return ""
		}
		list = []string{filepath.Join(home, "go")}
	}
	if !filepath.IsAbs(list[0]) {
		return ""
	}
	return filepath.Join(list[0], "pkg", "mod")
}

func (x *explainer) describe(d switching.Decision) *whySwitching {
	s := &whySwitching{GOTOOLCHAIN: x.value(d.Setting, "GOTOOLCHAIN"), Mode: d.Mode, Reason: d.Reason}
	if f := d.File; f.Path != "" {
		s.File = &whyModFile{f.Path, f.Go, f.GoLine, f.Toolchain, f.ToolchainLine}
		s.Fit = f.Fit(d.Name)
	}
	return s
}

// value tells what gosw has set from what was in the environment before.
func (x *explainer) value(v switching.Value, name string) whyValue {
	origin := string(v.Origin)
	if v.Origin == switching.Environment && x.getenv(name) == "" {
		origin = "gosw"
	}
	return whyValue{v.Text, origin, v.File, v.Line}
}

// runs is the toolchain that source is the place of, and the tool's program in
// it.
func (x *explainer) runs(d switching.Decision, source switching.Source) whyRuns {
	r := whyRuns{Toolchain: d.Name, Place: source.Place}
	switch source.Place {
	case switching.Started:
		r.Program, r.GOROOT = x.report.Runs.Program, x.report.Runs.GOROOT
	case switching.OnPath:
		r.Program, r.GOROOT = source.Path, gorootOf(source.Path)
	case switching.ModCache:
		r.Program, r.GOROOT = filepath.Join(source.Path, "bin", "go"+toolchain.Exe), source.Path
	}
	if x.report.Tool != "go" {
		v, err := gover.Parse(d.Name)
		if err != nil {
			v = x.target.version
		}
		r.Program, r.How = toolIn(target{version: v, goroot: r.GOROOT}, x.report.Tool)
	}
	return r
}

// unavailable is the error of a switch to a toolchain that go can't get.
func (x *explainer) unavailable(d switching.Decision, source switching.Source) error {
	err := fmt.Errorf("%s asks for %s, which is not on PATH and can't be downloaded: %s", askedBy(d), d.Name, source.Why)
	return &hintError{err, x.getHint(d)}
}

// askedBy names the place that asks for the toolchain of d.
func askedBy(d switching.Decision) string {
	switch d.Reason {
	case switching.ByGo:
		return fmt.Sprintf("%s:%d", d.File.Path, d.File.GoLine)
	case switching.ByToolchain:
		return fmt.Sprintf("%s:%d", d.File.Path, d.File.ToolchainLine)
	}
	if d.Setting.File != "" {
		return fmt.Sprintf("GOTOOLCHAIN (%s:%d)", d.Setting.File, d.Setting.Line)
	}
	return "GOTOOLCHAIN"
}

// getHint says how go gets the toolchain of d from the store.
func (x *explainer) getHint(d switching.Decision) Hint {
	v, err := gover.Parse(d.Name)
	switch {
	case err != nil || v.String() != d.Name:
		return hintf("there is no release of that name; name one that \"gosw list --remote\" shows")
	}
	if ok, err := x.path.Has(v); ok || err != nil { // if that can't be known, it need not be installed
		return x.pathFix()
	}
	return run("gosw", "install", gover.Only(v).String())
}

// invalidHint says how to get rid of a text that go does not understand.
func invalidHint(err error) Hint {
	invalid := (*switching.InvalidError)(nil)
	switch {
	case !errors.As(err, &invalid):
		return Hint{}
	case invalid.File == "":
		return Hint{Command: command.Unset(invalid.What)}
	case invalid.What == "GOTOOLCHAIN": // the one command that go still takes then
		return run("go", "env", "-w", "GOTOOLCHAIN=auto")
	}
	return hintf("mend or remove line %d of %s", invalid.Line, invalid.File)
}

// checkSource looks at the toolchain that go switches to.
func (x *explainer) checkSource(d switching.Decision, source switching.Source) {
	local := x.report.Chosen.name()
	switch source.Place {
	case switching.Download:
		x.add(severityNote, fmt.Sprintf("go downloads %s into the module cache", d.Name), x.getHint(d))
	case switching.OnPath:
		if v, ok := storeVersion(x.path, source.Path); ok && v.String() != d.Name || !ok && versionOf(source.Path) != d.Name {
			x.add(severityWrong, fmt.Sprintf("%s is not %s; go refuses it, or runs what it is not", source.Path, d.Name), hintf("remove %s", source.Path))
		}
	}
	if x.target.choice.Pinned() && d.Reason == switching.Ordered && d.Setting.Origin == switching.Environment {
		x.add(severityNote, fmt.Sprintf("GOTOOLCHAIN=%s makes %s of the pin %s", d.Setting.Text, d.Name, local), Hint{Command: command.Unset("GOTOOLCHAIN")})
	}
}

// checkFit says so if the toolchain that runs is too old for the go.mod here.
func (x *explainer) checkFit(d switching.Decision) {
	f := d.File
	if d.FileError != nil {
		x.add(severityWrong, d.FileError.Error(), x.fileFix(d.FileError))
		return
	}
	switch f.Fit(d.Name) {
	case switching.TooOld:
		x.add(severityWrong, fmt.Sprintf("%s:%d needs go %s, but %s runs", f.Path, f.GoLine, f.Go, d.Name), x.newerFix(d))
	case switching.Unreadable:
		line, fix := f.BadLine(d.Name), x.newerFix(d)
		if switching.Switches(d.Name) {
			fix = hintf("mend line %d of %s", line, f.Path)
		}
		x.add(severityWrong, fmt.Sprintf("%s:%d: %s can't read this line", f.Path, line, d.Name), fix)
	case switching.Daring:
		x.add(severityNote, fmt.Sprintf("%s:%d is for go %s; %s builds it all the same, or fails", f.Path, f.GoLine, f.Go, d.Name), x.newerFix(d))
	}
	if module, ok := f.Ahead(); ok && switching.Switches(d.Name) {
		x.add(severityWrong,
			fmt.Sprintf("%s:%d needs go %s, which is more than %s says", module.Path, module.GoLine, module.Go, f.Path),
			run("go", "work", "edit", "-go="+module.Go, f.Path))
	}
}

// fileFix says how to mend what keeps go from its go.work or go.mod.
func (x *explainer) fileFix(err error) Hint {
	if fix := invalidHint(err); fix.Command != nil || fix.Text != "" || x.getenv("GOWORK") == "" {
		return fix
	}
	return Hint{Command: command.Unset("GOWORK")}
}

// newerFix is the command after which a toolchain runs that the go.mod here
// allows.
func (x *explainer) newerFix(d switching.Decision) Hint {
	if d.Setting.Text != "" && x.value(d.Setting, "GOTOOLCHAIN").Origin != "gosw" && switching.Switches(x.report.Chosen.name()) {
		switch {
		case d.File.Toolchain == "default" && d.Mode != "": // GOTOOLCHAIN is not to blame
		case d.Setting.Origin == switching.Environment:
			return Hint{Command: command.Unset("GOTOOLCHAIN")}
		default:
			return run("go", "env", "-w", "GOTOOLCHAIN=auto")
		}
	}
	required := gomod.Requirement{File: d.File.Path, Go: d.File.Go}
	if number := d.File.Toolchain; number != "default" {
		required.Toolchain = number
	}
	spec, err := required.Spec()
	if err != nil || spec.Kind() == 0 {
		return Hint{}
	}
	return x.pinFix(spec)
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
