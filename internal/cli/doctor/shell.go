package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/settings"
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
		{ID: "init", Sound: "the start-up file loads this gosw once", Worst: doctor.Error, Look: p.inShell(p.lookInit)},
		{ID: "init-order", Sound: "gosw is loaded after direnv", Worst: doctor.Warning, Look: p.inShell(p.lookOrder)},
		{ID: "rc-login", Sound: "login shells load gosw, too", Worst: doctor.Warning, Look: p.inShell(p.lookLogin)},
		{ID: "rc-other", Sound: "no start-up file has another go", Worst: doctor.Warning, Look: p.inShell(p.lookOthers)},
		{ID: "rc-crlf", Sound: "start-up files have lines that the shell can read", Worst: doctor.Error, Look: p.inShell(p.lookLines)},
		{ID: "rc-pin", Sound: "no start-up file sets GO_VERSION or GOTOOLCHAIN for good", Worst: doctor.Warning, Look: p.inShell(p.lookRCPin)},
		{ID: "direnv", Sound: "direnv knows use gosw, as this gosw has it", Worst: doctor.Warning, Look: p.lookDirenv},
	}
}

// A session is the user's shell and where it looks for its files.
type session struct {
	shell.Shell
	places shell.Places
	files  []string // first that of interactive shells
}

// inShell skips a check where there is no start-up file to look at.
func (p *patient) inShell(look func(session) []doctor.Finding) func() []doctor.Finding {
	return func() []doctor.Finding {
		sh, ok := shell.Detect(p.Getenv("SHELL"))
		if !ok {
			return doctor.Skip("SHELL names no shell that gosw knows")
		}
		places, err := p.Places()
		if err != nil {
			return doctor.Skip(err.Error())
		}
		files := sh.RC(places)
		if len(files) == 0 {
			return doctor.Skip("only " + sh.Name() + " itself knows its start-up file")
		}
		return look(session{sh, places, files})
	}
}

// lookInit looks for the block of "gosw init --install", and for lines that
// somebody has written to the same end.
func (p *patient) lookInit(s session) []doctor.Finding {
	file, err := setup.Read(s.files[0])
	if err != nil {
		return []doctor.Finding{{Severity: doctor.Error, Cause: err.Error(), Advice: term.Words(app.HintFor(err), p.UI.Shell)}}
	}
	_, block, _, _, err := shell.RemoveBlock(file.Text)
	if err != nil {
		return []doctor.Finding{p.blockFinding(file, err)}
	}
	byHand := initLines(file.Text, block)
	switch {
	case block == "" && len(byHand) == 0:
		return []doctor.Finding{{Severity: doctor.Note, Cause: s.files[0] + " does not load gosw: go is the shim, if it is on PATH, and \"gosw use\" does nothing", Fix: p.InitInstall()}}
	case block != "" && len(byHand) > 0, len(byHand) > 1:
		last := byHand[len(byHand)-1]
		return []doctor.Finding{{Severity: doctor.Warning, Cause: fmt.Sprintf("%s:%d loads gosw a second time", file.Name, last), Fix: turnOff(file, last)}}
	case block == "":
		return nil
	}
	exe, err := app.Executable()
	if err != nil || strings.Contains(block, s.Quote(exe)) {
		return nil
	}
	p.repairs["init"] = func(ctx context.Context) error { return p.others.InstallInit(ctx, s.Name(), flagsOf(block)) }
	return doctor.Ours(doctor.Error, "gosw's block in "+file.Name+" loads another gosw than this one, "+exe, "wrote gosw's block in "+file.Name+" anew")
}

// blockFinding is about a block that somebody has changed. Where it ends, what is
// wrong can be taken out, and written again.
func (p *patient) blockFinding(file *setup.File, err error) doctor.Finding {
	f := p.finding(doctor.Error, file.Damaged(err))
	if damage := (*shell.BlockError)(nil); errors.As(err, &damage) && damage.Last > 0 {
		f.Fix = command.Run("sed", "-i.old", fmt.Sprintf("%d,%dd", damage.Line, damage.Last), file.Path)
		lines := strings.SplitAfter(file.Text, "\n")
		rest := strings.Join(slices.Delete(lines, damage.Line-1, damage.Last), "")
		if _, block, _, _, err := shell.RemoveBlock(rest); err == nil && block == "" && len(initLines(rest, "")) == 0 {
			f.Fix = f.Fix.Then(p.InitInstall())
		}
	}
	return f
}

// initLines returns the lines of text outside block that load gosw.
func initLines(text, block string) (lines []int) {
	before, after, found := strings.Cut(text, block)
	if !found || block == "" {
		before, after = text, ""
	}
	number := 0
	for _, part := range []string{before, after} {
		for line := range strings.Lines(part) {
			number++
			if setup.IsCommand(line) && strings.Contains(line, "gosw") && strings.Contains(line, " init ") && strings.ContainsAny(line, "(|") {
				lines = append(lines, number)
			}
		}
		number += strings.Count(block, "\n")
	}
	return lines
}

// flagsOf are the flags with which a block was made.
func flagsOf(block string) (flags []string) {
	for _, word := range []string{"--no-path", "--no-function", "--no-completion", "--extras"} {
		if strings.Contains(block, " "+word) {
			flags = append(flags, word)
		}
	}
	return flags
}

// turnOff is the command that makes a line of a start-up file do nothing.
func turnOff(file *setup.File, line int) command.Command {
	return command.Run("sed", "-i.old", fmt.Sprintf("%ds/^/%s/", line, setup.TurnedOff), file.Path)
}

// turnOffLine is turnOff for a line that is a whole command, nil for one that goes
// on in the next, or is the next of one.
func turnOffLine(name string, line int) command.Command {
	file, err := setup.Read(name)
	if err != nil {
		return nil
	}
	lines := strings.Split(file.Text, "\n")
	if line > len(lines) { // it has changed meanwhile
		return nil
	}
	text := strings.TrimSpace(lines[line-1])
	goesOn := strings.HasSuffix(text, "\\") || line > 1 && strings.HasSuffix(strings.TrimSpace(lines[line-2]), "\\")
	if opens := strings.Count(text, "{") > strings.Count(text, "}"); goesOn || opens || strings.HasSuffix(text, "()") || strings.HasPrefix(text, "function go") && !strings.Contains(text, "}") {
		return nil
	}
	return turnOff(file, line)
}

// lookOrder is about direnv, which puts itself before what is there: gosw's hook
// has to come after it, to see what it has set.
func (p *patient) lookOrder(s session) []doctor.Finding {
	file, err := setup.Read(s.files[0])
	if err != nil {
		return doctor.Skip("the start-up file can't be read")
	}
	_, block, ours, _, err := shell.RemoveBlock(file.Text)
	if err != nil {
		return doctor.Skip("gosw's block is damaged")
	}
	byHand := initLines(file.Text, block)
	if block == "" && len(byHand) > 0 {
		ours = byHand[0]
	}
	number := 0
	for line := range strings.Lines(file.Text) {
		number++
		if ours == 0 || number < ours || !setup.IsCommand(line) || !strings.Contains(line, "direnv hook") {
			continue
		}
		f := doctor.Finding{Severity: doctor.Warning, Cause: fmt.Sprintf("%s loads gosw in line %d, before direnv in line %d: gosw's hook does not see what direnv has set", file.Name, ours, number)}
		if block != "" {
			f.Fix = command.Run(p.GoswName(), "init", "--uninstall").Then(p.InitInstall(flagsOf(block)...))
		} else {
			f.Fix = turnOff(file, ours).Then(p.InitInstall())
		}
		return []doctor.Finding{f}
	}
	return nil
}

func (p *patient) lookLogin(s session) []doctor.Finding {
	_, login := setup.Others(s.Shell, s.places, p.Getenv)
	if login == "" {
		return nil
	}
	return []doctor.Finding{{Severity: doctor.Warning, Cause: fmt.Sprintf("login shells read %s, which does not read %s", login, s.files[0]),
		Fix: command.Command{{Kind: command.Append, Text: ". ~/.bashrc", File: login}}}}
}

func (p *patient) lookOthers(s session) (findings []doctor.Finding) {
	found, _ := setup.Others(s.Shell, s.places, p.Getenv)
	for _, o := range found {
		f := doctor.Finding{Severity: doctor.Warning, Cause: fmt.Sprintf("%s:%d: %s", o.File, o.Line, o.What), Fix: turnOffLine(o.File, o.Line)}
		if f.Fix == nil || len(o.Remedy.Args) > 0 { // or there is a better one
			f.Advice = term.Words(o.Remedy, p.UI.Shell)
		}
		findings = append(findings, f)
	}
	return findings
}

// lookLines finds lines that end in CR and LF.
func (p *patient) lookLines(s session) (findings []doctor.Finding) {
	for _, name := range s.files {
		file, err := setup.Read(name)
		if err != nil || file.Missing {
			continue
		}
		if err := file.FitLines(s.Shell); err != nil {
			findings = append(findings, doctor.Finding{Severity: doctor.Error, Cause: err.Error(), Fix: setup.UnixLines(file.Path)})
		}
	}
	return findings
}

// lookRCPin finds a start-up file that sets for good what is for one command or
// one session.
func (p *patient) lookRCPin(s session) (findings []doctor.Finding) {
	for _, name := range s.files {
		data, err := settings.ReadSettings(name)
		if err != nil {
			continue
		}
		number := 0
		for line := range strings.Lines(string(data)) {
			number++
			variable := exported(strings.TrimSpace(line), "GO_VERSION", "GOTOOLCHAIN")
			if variable == "" {
				continue
			}
			findings = append(findings, doctor.Finding{Severity: doctor.Warning,
				Cause: fmt.Sprintf("%s:%d sets %s in each session, so that no pin file counts", name, number, variable),
				Fix:   turnOffLine(name, number), Advice: "\"gosw default\" sets the version for where no pin is"})
		}
	}
	return findings
}

// exported returns which of names a line of a start-up file exports.
func exported(line string, names ...string) string {
	for _, name := range names {
		for _, form := range []string{"export " + name + "=", "set -gx " + name + " ", "set -x " + name + " ", "set -Ux " + name + " ", "declare -x " + name + "=", "typeset -x " + name + "=", "$env." + name + " ="} {
			if strings.HasPrefix(line, form) {
				return name
			}
		}
	}
	return ""
}

// lookDirenv compares the library with the one that this gosw would write.
func (p *patient) lookDirenv() []doctor.Finding {
	if fsx.FirstOnPath(p.Getenv("PATH"), "direnv") == "" {
		return doctor.Skip("there is no direnv")
	}
	install := command.Run(p.GoswName(), "init", "direnv", "--install")
	text, file, err := p.others.ReadLibrary()
	exe, exeErr := app.Executable()
	switch {
	case err != nil:
		f := p.finding(doctor.Warning, err)
		if _, statErr := os.Lstat(file); statErr == nil && !errors.Is(err, fs.ErrPermission) {
			f.Fix = command.Aside(file).Then(install)
		}
		return []doctor.Finding{f}
	case text == "":
		return []doctor.Finding{{Severity: doctor.Note, Cause: "direnv is there, and does not know \"use gosw\"", Fix: install}}
	case exeErr != nil || text == shell.DirenvLibrary(exe):
		return nil
	}
	p.repairs["direnv"] = func(context.Context) error { return p.others.WriteLibrary(shell.DirenvLibrary(exe)) }
	return doctor.Ours(doctor.Warning, file+" is not as this gosw writes it", "wrote "+file+" anew")
}
