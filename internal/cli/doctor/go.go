package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/explain"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/which"
)

// goChecks are about which go runs here. What they say, "gosw why" says too.
func (p *patient) goChecks() []doctor.Check {
	pinned := p.whyErr == nil && p.why.Target.Choice.Rule == resolve.FromFile
	none := p.machine.Version.IsZero()
	return []doctor.Check{
		{ID: "pin", Sound: "the version that GO_VERSION, a pin or the default names is installed", Worst: doctor.Error, Look: p.lookPin},
		{ID: "pin-bytes", Sound: "other tools read the pin file as gosw does", Worst: doctor.Note, Look: doctor.Unless(!pinned, "no pin file", p.lookPinBytes)},
		{ID: "default", Sound: "a default is set", Worst: doctor.Warning, Look: doctor.Unless(p.store == nil || p.whyErr != nil, "there is no store", p.lookDefault)},
		{ID: "switching", Sound: "the go here can build the code here", Worst: doctor.Error, Look: doctor.Unless(p.whyErr != nil || p.decideErr != nil, "no go to check", p.lookSwitching)},
		{ID: "path-first", Sound: "gosw's go is first on PATH, that of the store in use", Worst: doctor.Error, Look: doctor.Unless(p.whyErr != nil, "there is no store", p.lookPath)},
		{ID: "gosw-path", Sound: "this gosw is first on PATH", Worst: doctor.Warning, Look: p.lookGosw},
		{ID: "supported", Sound: "the go here still gets fixes", Worst: doctor.Warning, Look: doctor.Unless(none, "no go to check", p.lookSupport)},
		{ID: "vulnerabilities", Sound: "the go here has no known vulnerability", Worst: doctor.Warning, Look: doctor.Unless(none, "no go to check", p.lookVulnerable)},
		{ID: "elsewhere", Sound: "no other version manager has a Go that gosw has not", Worst: doctor.Note, Look: doctor.Unless(p.whyErr != nil, "the store's place is unknown", p.lookElsewhere)},
	}
}

// explain asks why, as "gosw why" does. The parts of its answer are told apart.
func (p *patient) explain() {
	if p.why, p.whyErr = explain.New(p.App, "go"); p.whyErr != nil {
		return
	}
	if p.decideErr = p.why.Decide(); p.decideErr == nil {
		p.why.Report.Places = append(p.why.Report.Places, p.why.Programs(p.why.Path, p.why.Target, "go", true)...)
		p.runErr = p.why.Run()
	}
	p.machine.Version = p.why.Target.Version
}

// problems are what why found while look ran, as findings.
func (p *patient) problems(look func()) (findings doctor.Findings) {
	before := len(p.why.Report.Problems)
	look()
	for _, problem := range p.why.Report.Problems[before:] {
		found := p.hinted(doctor.Found(nil, "%s", problem.Cause), problem.Hint)
		if problem.Severity == explain.SeverityNote {
			found.As(doctor.Note)
		}
		findings = append(findings, found...)
	}
	p.why.Report.Problems = p.why.Report.Problems[:before]
	if p.why.Ends != nil {
		findings = append(findings, p.found(p.why.Ends)...)
		p.why.Ends = nil
	}
	return findings
}

// lookPin tells why there is no version, if there is none.
func (p *patient) lookPin() doctor.Findings {
	switch {
	case p.storeErr != nil && p.machine.Store == "":
		return doctor.Skip("the store's place is unknown")
	case p.whyErr != nil:
		return p.found(p.whyErr)
	case p.decideErr == nil:
		return nil
	}
	found := p.found(p.decideErr)
	if pin := (*resolve.PinError)(nil); errors.As(p.decideErr, &pin) {
		if pin.Source == p.machine.Store.DefaultFile() {
			return doctor.Skip("the default can't be read")
		}
		found[0].Fix, found[0].Advice = setAside(pin), term.Words(app.HintFor(p.decideErr), p.UI.Shell)
	}
	return found
}

// setAside is the command after which a broken pin does not count, and is still
// there to be fixed.
func setAside(pin *resolve.PinError) command.Command {
	switch {
	case !filepath.IsAbs(pin.Source): // a variable
		return command.Unset(pin.Source)
	case pin.Line > 0 && filepath.Base(pin.Source) == ".tool-versions" && !errors.Is(pin, resolve.ErrUTF16):
		return command.Run("sed", "-i.old", fmt.Sprintf("%ds/^/# /", pin.Line), pin.Source)
	}
	return command.Aside(pin.Source)
}

// lookPinBytes finds what gosw passes over in a pin, and others take for a part
// of the version.
func (p *patient) lookPinBytes() (findings doctor.Findings) {
	file := p.why.Target.Choice.File
	data, err := settings.ReadSettings(file)
	if err != nil {
		return doctor.Skip(err.Error())
	}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		findings = doctor.Found(command.Run("sed", "-i", `1s/^\xEF\xBB\xBF//`, file),
			"%s begins with a byte order mark, which other tools read as part of the version", file)
	}
	if bytes.Contains(data, []byte("\r\n")) {
		findings = append(findings, doctor.Found(setup.UnixLines(file),
			"%s has CRLF line ends, and other tools read the CR as part of the version", file)...)
	}
	return findings
}

func (p *patient) lookDefault() doctor.Findings {
	file := p.store.Home().DefaultFile()
	choice, err := resolve.Default(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return doctor.Found(p.setDefault(), "no default is set: without a pin, the next go on PATH runs, if there is one").As(doctor.Note)
	case err != nil:
		fix := p.setDefault()
		if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
			fix = command.Aside(file).Then(fix)
		}
		return doctor.Found(fix, "%v", err).As(doctor.Error)
	case choice.Spec.Kind() == gover.System:
		return nil
	}
	if _, ok, err := app.Find(p.why.Path, choice.Spec); err == nil && ok {
		return nil
	}
	found := p.found(&app.NotInstalledError{Spec: choice.Spec})
	found[0].Cause = "the default: " + found[0].Cause
	return found
}

// setDefault is the command after which there is a default.
func (p *patient) setDefault() command.Command {
	if installed, _ := p.why.Path.Installed(); len(installed) > 0 {
		return command.Gosw("default", "latest")
	}
	return command.Gosw("install", "latest").Then(command.Gosw("default", "latest"))
}

// lookSwitching tells what go makes of GOTOOLCHAIN and of go.mod, if it is not
// what is wanted.
func (p *patient) lookSwitching() doctor.Findings {
	if p.runErr != nil {
		if p.why.Target.Choice.Rule == resolve.FromSystem {
			return doctor.Found(p.setDefault(), "%v", p.runErr)
		}
		return p.found(p.runErr)
	}
	all := p.why.Report.Problems
	p.why.Report.Problems = nil
	return p.problems(func() { p.why.Report.Problems = all })
}

func (p *patient) lookPath() doctor.Findings {
	if p.decideErr != nil {
		shim, _ := app.ShimProgram()
		p.why.Report.Places = which.OnPath(p.why.Path, p.Getenv("PATH"), "go", shim)
	}
	if _, err := os.Stat(p.why.Path.Home().Bin()); err != nil && len(p.why.Report.Places) == 0 {
		return doctor.Skip("no go yet")
	}
	findings := p.problems(p.why.CheckPath)
	if p.why.Report.Shadowed && p.OtherStore() == "" {
		findings.Advise(`"gosw init --install" does so for new terminals, "gosw init --profile" for login shells and desktop sessions`)
	}
	return findings
}

// lookGosw finds a gosw on PATH that is not this one: shims and start-up files
// may be of the one, and commands of the other.
func (p *patient) lookGosw() doctor.Findings {
	exe, err := app.Executable()
	found := fsx.FirstOnPath(p.Getenv("PATH"), "gosw")
	if err != nil || found == "" {
		return nil
	}
	if !upkeep.LeadsTo(found, exe) {
		return doctor.Found(command.Command{{Kind: command.First, Text: filepath.Dir(exe)}},
			"%s comes before this gosw, %s, on PATH", found, exe).Advise("or remove one of the two")
	}
	for behind := range upkeep.GoswsBehind(p.App, p.machine.Store) {
		if upkeep.LeadsTo(behind, exe) || found == exe {
			break
		}
		return doctor.Found(command.Run("rm", found), "%s comes first on PATH and leads to %s; it hides another gosw, %s", found, exe, behind).
			Advise("or remove the other one, if it is not wanted")
	}
	return nil
}

// lookSupport is about the line that applies: a project's pin is the project's
// affair, a default one's own.
func (p *patient) lookSupport() doctor.Findings {
	v := p.machine.Version
	if gover.NewLifecycle(p.releases()).Of(v) != gover.EndOfLife {
		return nil
	}
	found := p.hinted(doctor.Found(nil, "%v (set by %s) gets no more fixes, because its line has ended", v, p.why.Target.Choice.Source()), p.why.PinFix(p.successor()))
	if p.why.Target.Choice.Pinned() {
		found.As(doctor.Note)
	}
	return found
}

// successor is the newest release in the form of what asks for the version here: who
// has fixed one, or a line, wants no latest.
func (p *patient) successor() gover.Spec {
	spec, _ := gover.ParseSpec("latest")
	newest, _ := spec.Newest(p.releases())
	switch p.why.Target.Choice.Spec.Kind() {
	case gover.Exact:
		spec = gover.Only(newest)
	case gover.Line:
		spec, _ = gover.ParseSpec(newest.Line())
	}
	return spec
}

// lookVulnerable says what the last "gosw audit" knew.
func (p *patient) lookVulnerable() doctor.Findings {
	v := p.machine.Version
	newest := gover.NewestOfLines(slices.Concat(p.releases(), []gover.Version{v}))[v.Line()] // other checks read the list, too
	counts, audited := p.LastAudit([]gover.Version{v, newest})
	switch {
	case !audited:
		return doctor.Skip(`not checked yet; run "gosw audit"`)
	case counts.Of[v] == 0:
		return nil
	}
	better := p.successor()
	if counts.Of[newest] < counts.Of[v] {
		better = gover.Only(newest)
	}
	return p.hinted(doctor.Found(nil, "%v has %s, says the last \"gosw audit\"", v, app.KnownVulnerabilities(counts.Of[v])), p.why.PinFix(better))
}

func (p *patient) lookElsewhere() doctor.Findings {
	if text := upkeep.NotHere(p.App, p.why.Path); text != "" {
		return doctor.Found(command.Gosw("import", "--all", "--yes"), "%s can be imported without a download", text)
	}
	return nil
}
