package setup

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
)

// A manager is another way to have several Go versions, and how its lines in a
// start-up file are known.
type manager struct {
	name    string
	marks   []string        // a line with one of them is the manager's
	instead command.Command // of removing the line; nil if nothing else will do
	// goes returns files of which one exists where the manager has a go; nil
	// means that it is for nothing else.
	goes func(getenv func(string) string, home string) []string
}

var managers = []manager{
	{"goenv", []string{"goenv init", "GOENV_ROOT", ".goenv/"}, nil, nil},
	{"gvm", []string{"scripts/gvm", ".gvm/"}, nil, nil},
	{"g", []string{".g/env", ".g/go/", "g-install", "# g shell setup"}, nil, nil},
	{"asdf", []string{"asdf.sh", "asdf.fish", "asdf/shims", "ASDF_DATA_DIR"}, command.Run("asdf", "plugin", "remove", "golang"), func(getenv func(string) string, home string) []string {
		return []string{filepath.Join(cmp.Or(getenv("ASDF_DATA_DIR"), filepath.Join(home, ".asdf")), "shims", "go")}
	}},
	{"mise", []string{"mise activate", "mise/shims"}, command.Run("mise", "unuse", "--global", "go"), func(getenv func(string) string, home string) []string {
		data := cmp.Or(getenv("MISE_DATA_DIR"), filepath.Join(home, ".local", "share", "mise"))
		return []string{filepath.Join(data, "shims", "go"), filepath.Join(data, "installs", "go")}
	}},
}

// maxStartup is the largest start-up file that is looked into, in bytes.
const maxStartup = 1 << 20

// TurnedOff is what stands before a line of a start-up file that a fix of doctor
// has turned off: a command that does nothing, so that what is around it, such
// as an if, stays whole.
const TurnedOff = ": # "

// ZdotdirLine returns the line of the file that zsh reads first which moves the
// others, 0 if there is none, or if gosw knows where they are.
func ZdotdirLine(sh shell.Shell, places shell.Places) int {
	if sh.Name() != "zsh" || places.ZDotDir != "" {
		return 0
	}
	data, err := fsx.Read(filepath.Join(places.Home, ".zshenv"), maxStartup, fsx.Follow)
	if err != nil {
		return 0
	}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		if IsCommand(line) && strings.Contains(line, "ZDOTDIR=") {
			return number
		}
	}
	return 0
}

// An Other is a line of a start-up file that wants to be go.
type Other struct {
	File   string
	Line   int // 1-based
	What   string
	Remedy command.Hint
}

// Others returns the lines of the start-up files of a shell that want to be go,
// and the file that a login shell reads in place of the first of them, "" if it
// reads that too.
func Others(sh shell.Shell, places shell.Places, getenv func(string) string) (found []Other, login string) {
	readsRC := sh.Name() != "bash"
	for i, name := range sh.RC(places) {
		data, err := fsx.Read(name, maxStartup, fsx.Follow)
		if err != nil {
			continue
		}
		if i > 0 && i < 4 && login == "" {
			login = name
			readsRC = readsRC || strings.Contains(string(data), "bashrc")
		}
		number := 0
		for line := range strings.Lines(string(data)) {
			number++
			if what, remedy := otherGo(strings.TrimSpace(line), places.Home, getenv); what != "" {
				found = append(found, Other{name, number, what, remedy})
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
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, TurnedOff) {
		return "", command.Hint{}
	}
	switch squeezed := strings.ReplaceAll(line, " ", ""); {
	case strings.HasPrefix(line, "alias go=") || strings.HasPrefix(line, "alias go "):
		return "an alias hides gosw's go", command.Hintf("remove this line")
	case strings.HasPrefix(squeezed, "go(){") || squeezed == "go()" || line == "function go" || strings.HasPrefix(line, "function go ") || strings.HasPrefix(squeezed, "functiongo()"):
		return "a function go hides gosw's", command.Hintf("remove it")
	case strings.HasPrefix(line, "export GOROOT=") || strings.HasPrefix(line, "set -gx GOROOT ") || strings.HasPrefix(line, "set -x GOROOT "):
		return "GOROOT is set, which gosw takes out for go, and others do not", command.Hintf("remove this line")
	}
	for _, m := range managers {
		marked := slices.ContainsFunc(m.marks, func(mark string) bool { return strings.Contains(line, mark) })
		if !marked || m.goes != nil && !slices.ContainsFunc(m.goes(getenv, home), exists) {
			continue
		}
		if m.instead != nil {
			return m.name + " manages go, too", command.Hintf("run %v, or remove this line", m.instead)
		}
		return m.name + " manages go, too", command.Hintf("remove this line")
	}
	return "", command.Hint{}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// IsCommand reports whether a line of a start-up file is neither a comment nor
// turned off.
func IsCommand(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, TurnedOff)
}
