package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/shell"
)

// shellChecks are about the start-up files of the user's shell, and direnv.
func (p *patient) shellChecks() []doctor.Check {
	return []doctor.Check{
		{ID: "init", Sound: "the start-up file loads this gosw", Worst: doctor.Error, Look: p.inShell(p.lookInit)},
		{ID: "init-order", Sound: "gosw is loaded after direnv", Worst: doctor.Warning, Look: p.inShell(p.lookOrder)},
		{ID: "rc-login", Sound: "login shells load gosw too", Worst: doctor.Warning, Look: p.inShell(p.lookLogin)},
		{ID: "rc-other", Sound: "no start-up file sets up another go", Worst: doctor.Warning, Look: p.inShell(p.lookOthers)},
		{ID: "rc-crlf", Sound: "the shell can read its start-up files", Worst: doctor.Error, Look: p.inShell(p.lookLines)},
		{ID: "rc-pin", Sound: "no start-up file sets GO_VERSION or GOTOOLCHAIN", Worst: doctor.Warning, Look: p.inShell(p.lookRCPin)},
		{ID: "direnv", Sound: "direnv has this gosw's \"use gosw\"", Worst: doctor.Warning, Look: p.lookDirenv},
	}
}

// A session is the user's shell and where it looks for its files.
type session struct {
	shell.Shell
	places shell.Places
	files  []string // first that of interactive shells
}

// inShell skips a check where there is no start-up file to look at.
func (p *patient) inShell(look func(session) doctor.Findings) func() doctor.Findings {
	return func() doctor.Findings {
		sh, ok := shell.Detect(p.Getenv)
		if !ok {
			return doctor.Skip("SHELL names a shell that gosw does not support")
		}
		places, err := p.Places()
		if err != nil {
			return doctor.Skip(err.Error())
		}
		files := sh.RC(places)
		if len(files) == 0 {
			return doctor.Skip("the start-up file of " + sh.Name() + " is unknown")
		}
		return look(session{sh, places, files})
	}
}

// lookInit looks for the block of "gosw init --install", and for lines that
// somebody has written to the same end.
func (p *patient) lookInit(s session) doctor.Findings {
	file, err := setup.Read(s.files[0])
	if err != nil {
		return p.found(err)
	}
	_, block, _, _, err := shell.RemoveBlock(file.Text)
	if err != nil {
		found := p.found(file.Damaged(err))
		if fix := file.FixFor(err, p.InitInstall()); fix != nil {
			found[0].Fix = fix
		}
		return found
	}
	byHand := file.InitLines(block)
	switch {
	case block == "" && len(byHand) == 0:
		return doctor.Found(p.InitInstall(), "%s does not load gosw, so \"gosw use\" does not work, and go switches only if the shims are on PATH", s.files[0]).As(doctor.Note)
	case block != "" && len(byHand) > 0, len(byHand) > 1:
		last := byHand[len(byHand)-1]
		return doctor.Found(file.TurnOff(last), "%s:%d loads gosw again", file.Name, last).As(doctor.Warning)
	case block == "":
		return nil
	}
	exe, err := app.Executable()
	if err != nil || strings.Contains(block, s.Quote(exe)) {
		return nil
	}
	install := func(ctx context.Context) error { return p.others.InstallInit(ctx, s.Name(), setup.BlockFlags(block)) }
	return doctor.Found(nil, "gosw's block in %s does not load this gosw, %s", file.Name, exe).
		Ours(install, "rewrote gosw's block in "+file.Name)
}

// lookOrder is about direnv, which puts itself before what is there: gosw's hook
// has to come after it, to see what it has set.
func (p *patient) lookOrder(s session) doctor.Findings {
	file, err := setup.Read(s.files[0])
	if err != nil {
		return doctor.Skip("the start-up file can't be read")
	}
	_, block, ours, _, err := shell.RemoveBlock(file.Text)
	if err != nil {
		return doctor.Skip("gosw's block is damaged")
	}
	fix := command.Run(p.GoswName(), "init", "--uninstall").Then(p.InitInstall(setup.BlockFlags(block)...))
	if byHand := file.InitLines(""); block == "" && len(byHand) > 0 {
		ours = byHand[0]
		fix = file.TurnOff(ours).Then(p.InitInstall())
	}
	for _, direnv := range file.DirenvLines() {
		if ours > 0 && direnv >= ours {
			return doctor.Found(fix, "%s loads gosw (line %d) before direnv (line %d), so gosw does not see what direnv sets", file.Name, ours, direnv)
		}
	}
	return nil
}

func (p *patient) lookLogin(s session) doctor.Findings {
	_, login := setup.Others(s.Shell, s.places, p.Getenv)
	if login == "" {
		return nil
	}
	return doctor.Found(command.Command{{Kind: command.Append, Text: ". ~/.bashrc", File: login}},
		"login shells read %s, which does not read %s", login, s.files[0])
}

func (p *patient) lookOthers(s session) (findings doctor.Findings) {
	others, _ := setup.Others(s.Shell, s.places, p.Getenv)
	for _, o := range others {
		found := doctor.Found(o.Off, "%s:%d: %s", o.File, o.Line, o.What)
		if found[0].Fix == nil || len(o.Remedy.Args) > 0 { // or there is a better one
			found.Advise(term.Words(o.Remedy, p.UI.Shell))
		}
		findings = append(findings, found...)
	}
	return findings
}

// lookLines finds lines that end in CR and LF.
func (p *patient) lookLines(s session) (findings doctor.Findings) {
	for _, name := range s.files {
		file, err := setup.Read(name)
		if err != nil || file.Missing {
			continue
		}
		if err := file.FitLines(s.Shell); err != nil {
			findings = append(findings, doctor.Found(setup.UnixLines(file.Path), "%v", err)...)
		}
	}
	return findings
}

func (p *patient) lookRCPin(s session) (findings doctor.Findings) {
	for _, set := range setup.Exports(s.Shell, s.places) {
		findings = append(findings, doctor.Found(set.Off, "%s:%d sets %s in every session, which overrides all pin files", set.File, set.Line, set.What).
			Advise("to set the version used without a pin, run \"gosw default\"")...)
	}
	return findings
}

// lookDirenv compares the library with the one that this gosw would write.
func (p *patient) lookDirenv() doctor.Findings {
	if fsx.FirstOnPath(p.Getenv("PATH"), "direnv") == "" {
		return doctor.Skip("direnv is not installed")
	}
	install := command.Run(p.GoswName(), "init", "direnv", "--install")
	text, file, err := p.others.ReadLibrary()
	exe, exeErr := app.Executable()
	switch {
	case err != nil:
		found := p.found(err)
		if _, statErr := os.Lstat(file); statErr == nil && !errors.Is(err, fs.ErrPermission) {
			found[0].Fix = command.Aside(file).Then(install)
		}
		return found
	case text == "":
		return doctor.Found(install, "direnv is installed, but does not know \"use gosw\"").As(doctor.Note)
	case exeErr != nil || text == shell.DirenvLibrary(exe):
		return nil
	}
	write := func(context.Context) error { return p.others.WriteLibrary(shell.DirenvLibrary(exe)) }
	return doctor.Found(nil, "%s differs from what this gosw writes", file).Ours(write, "rewrote "+file)
}
