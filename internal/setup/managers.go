package setup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/manager"
	"github.com/gosw/gosw/internal/shell"
)

// A trace is how the lines of another version manager in a start-up file are known. Its
// name is that of internal/manager.
type trace struct {
	name    string
	marks   []string        // a line with one of them is the manager's
	instead command.Command // of removing the line; nil if nothing else will do
	// goes are what is in its directory where it has a go; none if it is for nothing else.
	goes []string
}

var traces = []trace{
	{name: "goenv", marks: []string{"goenv init", "GOENV_ROOT", ".goenv/"}},
	{name: "gvm", marks: []string{"scripts/gvm", ".gvm/"}},
	{name: "g", marks: []string{".g/env", ".g/go/", "g-install", "# g shell setup"}},
	{
		"asdf", []string{"asdf.sh", "asdf.fish", "asdf/shims", "ASDF_DATA_DIR"}, command.Run("asdf", "plugin", "remove", "golang"),
		[]string{"shims/go"},
	},
	{
		"mise", []string{"mise activate", "mise/shims"}, command.Run("mise", "unuse", "--global", "go"),
		[]string{"shims/go", "installs/go"},
	},
}

// here reports whether a line of a start-up file is the manager's, and that has a go.
func (m trace) here(line, home string, getenv func(string) string) bool {
	return slices.ContainsFunc(m.marks, func(mark string) bool { return strings.Contains(line, mark) }) &&
		(m.goes == nil || slices.ContainsFunc(m.goes, func(name string) bool {
			return slices.ContainsFunc(manager.Dirs(m.name, home, getenv), func(dir string) bool {
				_, err := os.Stat(filepath.Join(dir, name))
				return err == nil
			})
		}))
}

// maxStartup is the largest start-up file that is looked into, in bytes.
const maxStartup = 1 << 20

// ZdotdirLine returns the line of the file that zsh reads first which moves the
// others, 0 if there is none, or if gosw knows where they are.
func ZdotdirLine(sh shell.Shell, places shell.Places) int {
	if sh.Name() != "zsh" || places.ZDotDir != "" {
		return 0
	}
	file, err := Read(filepath.Join(places.Home, ".zshenv"))
	if err != nil {
		return 0
	}
	moves := lines(file.Text, func(line string) bool { return strings.Contains(line, "ZDOTDIR=") })
	if len(moves) == 0 {
		return 0
	}
	return moves[0]
}

// An Other is a line of a start-up file that wants to be go.
type Other struct {
	File   string
	Line   int // 1-based
	What   string
	Remedy command.Hint
	Off    command.Command // turns the line off; nil where it alone is no whole command
}

// Others returns the lines of the start-up files of a shell that want to be go,
// and the file that a login shell reads in place of the first of them, "" if it
// reads that too.
func Others(sh shell.Shell, places shell.Places, getenv func(string) string) (found []Other, login string) {
	readsRC := sh.Name() != "bash"
	for i, name := range sh.RC(places) {
		file, err := Read(name)
		if err != nil || file.Missing {
			continue
		}
		if i > 0 && i < 4 && login == "" {
			login = name
			readsRC = readsRC || strings.Contains(file.Text, "bashrc")
		}
		for i, line := range strings.Split(file.Text, "\n") {
			if what, remedy := otherGo(strings.TrimSpace(line), places.Home, getenv); what != "" {
				found = append(found, Other{name, i + 1, what, remedy, file.turnOffWhole(i + 1)})
			}
		}
	}
	if readsRC {
		login = ""
	}
	return found, login
}

// otherGo says what in a line of a start-up file wants to be go, and what to do
// about it.
func otherGo(line, home string, getenv func(string) string) (what string, remedy command.Hint) {
	if !isCommand(line) {
		return "", command.Hint{}
	}
	switch squeezed := strings.ReplaceAll(line, " ", ""); {
	case strings.HasPrefix(line, "alias go=") || strings.HasPrefix(line, "alias go "):
		return "an alias hides gosw's go", command.Hintf("remove this line")
	case strings.HasPrefix(squeezed, "go(){") || squeezed == "go()" || line == "function go" || strings.HasPrefix(line, "function go ") || strings.HasPrefix(squeezed, "functiongo()"):
		return "a function called go hides gosw's go", command.Hintf("remove it")
	case strings.HasPrefix(line, "export GOROOT=") || strings.HasPrefix(line, "set -gx GOROOT ") || strings.HasPrefix(line, "set -x GOROOT "):
		return "GOROOT is set here; gosw's go ignores it, but other programs use it", command.Hintf("remove this line")
	}
	for _, m := range traces {
		if !m.here(line, home, getenv) {
			continue
		}
		remedy := command.Hintf("remove this line")
		if m.instead != nil {
			remedy = command.Hintf("run %v, or remove this line", m.instead)
		}
		return m.name + " manages go too", remedy
	}
	return "", command.Hint{}
}
