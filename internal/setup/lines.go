package setup

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/shell"
)

// turnedOff is what stands before a line of a start-up file that a fix of doctor
// has turned off: a command that does nothing, so that what is around it, such
// as an if, stays whole.
const turnedOff = ": # "

// isCommand reports whether a line of a start-up file is neither a comment nor
// turned off.
func isCommand(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, turnedOff)
}

// lines returns the numbers of the commands in text that is says yes to.
func lines(text string, is func(line string) bool) (found []int) {
	for i, line := range strings.Split(text, "\n") {
		if isCommand(line) && is(line) {
			found = append(found, i+1)
		}
	}
	return found
}

// InitLines returns the lines outside block, gosw's own, that load gosw.
func (file *File) InitLines(block string) []int { return initLines(file.Text, block) }

func initLines(text, block string) []int {
	if block != "" { // its lines are of no interest, and count
		text = strings.Replace(text, block, strings.Repeat("\n", strings.Count(block, "\n")), 1)
	}
	return lines(text, func(line string) bool {
		return strings.Contains(line, "gosw") && strings.Contains(line, " init ") && strings.ContainsAny(line, "(|")
	})
}

// DirenvLines returns the lines that load direnv.
func (file *File) DirenvLines() []int {
	return lines(file.Text, func(line string) bool { return strings.Contains(line, "direnv hook") })
}

// BlockFlags are the flags with which a block was made.
func BlockFlags(block string) (flags []string) {
	for _, word := range []string{"--no-path", "--no-function", "--no-completion", "--extras"} {
		if strings.Contains(block, " "+word) {
			flags = append(flags, word)
		}
	}
	return flags
}

// TurnOff is the command that makes a line do nothing.
func (file *File) TurnOff(line int) command.Command {
	return command.Run("sed", "-i.old", fmt.Sprintf("%ds/^/%s/", line, turnedOff), file.Path)
}

// turnOffWhole is TurnOff for a line that is a whole command, nil for one that goes
// on in the next, or is the next of one.
func (file *File) turnOffWhole(line int) command.Command {
	lines := strings.Split(file.Text, "\n")
	text := strings.TrimSpace(lines[line-1])
	goesOn := strings.HasSuffix(text, "\\") || line > 1 && strings.HasSuffix(strings.TrimSpace(lines[line-2]), "\\")
	if opens := strings.Count(text, "{") > strings.Count(text, "}"); goesOn || opens || strings.HasSuffix(text, "()") || strings.HasPrefix(text, "function go") && !strings.Contains(text, "}") {
		return nil
	}
	return file.TurnOff(line)
}

// FixFor is the command that takes what is wrong with a block out, if err, a
// *shell.BlockError, tells where that ends, and then, if nothing else loads gosw,
// runs install; nil if it does not.
func (file *File) FixFor(err error, install command.Command) command.Command {
	damage := (*shell.BlockError)(nil)
	if !errors.As(err, &damage) || damage.Last == 0 {
		return nil
	}
	fix := command.Run("sed", "-i.old", fmt.Sprintf("%d,%dd", damage.Line, damage.Last), file.Path)
	lines := strings.SplitAfter(file.Text, "\n")
	rest := strings.Join(slices.Delete(lines, damage.Line-1, damage.Last), "")
	if _, block, _, _, err := shell.RemoveBlock(rest); err == nil && block == "" && len(initLines(rest, "")) == 0 {
		fix = fix.Then(install)
	}
	return fix
}

// exports matches a line of a start-up file that exports one of the variables that
// are for less than a session.
var exports = regexp.MustCompile(`^\s*(?:(?:export|(?:declare|typeset) -x) (GO_VERSION|GOTOOLCHAIN)=|(?:set -(?:gx|x|Ux) |\$env\.)(GO_VERSION|GOTOOLCHAIN) )`)

// Exports returns the lines of the start-up files of a shell that set for good what
// is for one command or one session; What is the variable.
func Exports(sh shell.Shell, places shell.Places) (found []Other) {
	for _, name := range sh.RC(places) {
		file, err := Read(name)
		if err != nil {
			continue
		}
		for i, line := range strings.Split(file.Text, "\n") {
			if set := exports.FindStringSubmatch(line); set != nil {
				found = append(found, Other{File: name, Line: i + 1, What: set[1] + set[2], Off: file.turnOffWhole(i + 1)})
			}
		}
	}
	return found
}
