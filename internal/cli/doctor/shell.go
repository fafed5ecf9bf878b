package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
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
		sh, ok := shell.Detect(p.Getenv("SHELL"))
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
		return p.damaged(file, err)
	}
	byHand := initLines(file.Text, block)
	switch {
	case block == "" && len(byHand) == 0:
		return doctor.Found(p.InitInstall(), "%s does not load gosw, so \"gosw use\" does not work, and go switches only if the shims are on PATH", s.files[0]).As(doctor.Note)
	case block != "" && len(byHand) > 0, len(byHand) > 1:
		last := byHand[len(byHand)-1]
		return doctor.Found(turnOff(file, last), "%s:%d loads gosw again", file.Name, last).As(doctor.Warning)
	case block == "":
		return nil
	}
	exe, err := app.Executable()
	if err != nil || strings.Contains(block, s.Quote(exe)) {
		return nil
	}
	install := func(ctx context.Context) error { return p.others.InstallInit(ctx, s.Name(), flagsOf(block)) }
	return doctor.Found(nil, "gosw's block in %s does not load this gosw, %s", file.Name, exe).
		Ours(install, "rewrote gosw's block in "+file.Name)
}

// damaged is about a block that somebody has changed. Where it ends, what is
// wrong can be taken out, and written again.
func (p *patient) damaged(file *setup.File, err error) doctor.Findings {
	found := p.found(file.Damaged(err))
	if damage := (*shell.BlockError)(nil); errors.As(err, &damage) && damage.Last > 0 {
		fix := command.Run("sed", "-i.old", fmt.Sprintf("%d,%dd", damage.Line, damage.Last), file.Path)
		lines := strings.SplitAfter(file.Text, "\n")
		rest := strings.Join(slices.Delete(lines, damage.Line-1, damage.Last), "")
		if _, block, _, _, err := shell.RemoveBlock(rest); err == nil && block == "" && len(initLines(rest, "")) == 0 {
			fix = fix.Then(p.InitInstall())
		}
		found[0].Fix = fix
	}
	return found
}

// initLines returns the lines of text outside block that load gosw.
func initLines(text, block string) (lines []int) {
	if block != "" { // its lines are of no interest, and count
		text = strings.Replace(text, block, strings.Repeat("\n", strings.Count(block, "\n")), 1)
	}
	for i, line := range strings.Split(text, "\n") {
		if setup.IsCommand(line) && strings.Contains(line, "gosw") && strings.Contains(line, " init ") && strings.ContainsAny(line, "(|") {
			lines = append(lines, i+1)
		}
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
func (p *patient) lookOrder(s session) doctor.Findings {
	file, err := setup.Read(s.files[0])
	if err != nil {
		return doctor.Skip("the start-up file can't be read")
	}
	_, block, ours, _, err := shell.RemoveBlock(file.Text)
	if err != nil {
		return doctor.Skip("gosw's block is damaged")
	}
	if byHand := initLines(file.Text, ""); block == "" && len(byHand) > 0 {
		ours = byHand[0]
	}
	for i, line := range strings.Split(file.Text, "\n") {
		if ours == 0 || i+1 < ours || !setup.IsCommand(line) || !strings.Contains(line, "direnv hook") {
			continue
		}
		fix := turnOff(file, ours).Then(p.InitInstall())
		if block != "" {
			fix = command.Run(p.GoswName(), "init", "--uninstall").Then(p.InitInstall(flagsOf(block)...))
		}
		return doctor.Found(fix, "%s loads gosw (line %d) before direnv (line %d), so gosw does not see what direnv sets", file.Name, ours, i+1)
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
		found := doctor.Found(turnOffLine(o.File, o.Line), "%s:%d: %s", o.File, o.Line, o.What)
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

// lookRCPin finds a start-up file that sets for good what is for one command or
// one session.
func (p *patient) lookRCPin(s session) (findings doctor.Findings) {
	for _, name := range s.files {
		data, err := settings.ReadSettings(name)
		if err != nil {
			continue
		}
		for i, line := range strings.Split(string(data), "\n") {
			if set := exports.FindStringSubmatch(line); set != nil {
				findings = append(findings, doctor.Found(turnOffLine(name, i+1), "%s:%d sets %s in every session, which overrides all pin files", name, i+1, set[1]+set[2]).
					Advise("to set the version used without a pin, run \"gosw default\"")...)
			}
		}
	}
	return findings
}

// exports matches a line of a start-up file that exports one of the variables that
// are for less than a session.
var exports = regexp.MustCompile(`^\s*(?:(?:export|(?:declare|typeset) -x) (GO_VERSION|GOTOOLCHAIN)=|(?:set -(?:gx|x|Ux) |\$env\.)(GO_VERSION|GOTOOLCHAIN) )`)

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
