package explain

import (
	"errors"
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/which"
)

// surroundings looks at what is beside the rules: PATH and the variables that
// have a say.
func (x *Explainer) surroundings() {
	if tool := x.Report.Tool; tool == "go" || tool == "gofmt" {
		x.CheckPath()
	}
	settings := x.goSettings()
	x.AddGOROOT(settings)
	x.addFlags(settings)
	for _, variable := range []struct{ name, effect string }{
		{"GO111MODULE", "sets whether go reads go.mod"},
		{"GOWORK", "names the go.work file, or turns it off"},
	} {
		if v := settings.Get(variable.name); v.Text != "" {
			x.addVariable(variable.name, v, variable.effect)
		}
	}
	if policy := x.Getenv("GOSW_GOTOOLCHAIN"); policy != "" {
		x.addVariable("GOSW_GOTOOLCHAIN", goenv.Value{Text: policy, Origin: goenv.Environment}, "sets GOTOOLCHAIN for pinned versions")
	}
}

// end makes cause what a go started here ends with, with the exit code that it
// has then. A gofmt does not care.
func (x *Explainer) end(code int, cause string, fix command.Hint) {
	if x.Report.Tool == "gofmt" || x.Report.Runs.Place == "" {
		return
	}
	x.Report.Runs = Runs{}
	x.Ends = failure.WithCode(failure.WithHint(errors.New(cause), fix), code)
}

func (x *Explainer) addVariable(name string, v goenv.Value, effect string) {
	x.Report.Environment = append(x.Report.Environment, Variable{name, x.value(v, name), effect})
}

// CheckPath says so if what a shell runs by the name go is not what the rules
// have chosen.
func (x *Explainer) CheckPath() {
	tool := x.Report.Tool
	list := x.Report.OnPath()
	shim := slices.IndexFunc(list, func(f which.Program) bool { return f.Kind == which.Shim })
	if other := x.OtherStore(); other != "" {
		fix := command.Hint{Command: command.Export("GOSW_ROOT", string(other))}
		if x.Getenv("GOSW_ROOT") != "" { // which names the one that is wanted
			fix = x.pathFix()
		}
		x.add(severityWrong, fmt.Sprintf("the go on PATH belongs to another store, %s; the one in use is %s", other, x.Path.Home()), fix)
		x.Report.Shadowed = shim != 0
		return
	}
	if shim == 0 {
		return
	}
	if len(list) > 0 && list[0].Kind == which.Toolchain && list[0].Version == x.Target.Version {
		return // as in "gosw exec": the right one, by its own path
	}
	x.Report.Shadowed = true
	if len(list) == 0 {
		x.add(severityWrong, "there is no "+tool+" on PATH", x.pathFix())
		return
	}
	cause := fmt.Sprintf("%s is first on PATH and runs instead of gosw's shim", list[0].Path)
	if shim < 0 {
		cause = fmt.Sprintf("gosw's shims are not on PATH, so %s runs", list[0].Path)
	}
	x.add(severityWrong, cause, x.pathFix())
}

// pathFix puts the store's programs first on PATH, in the running shell.
func (x *Explainer) pathFix() command.Hint {
	return command.Hint{Command: command.Command{{Kind: command.First, Text: x.Path.Home().Bin()}}}
}

// AddGOROOT is about GOROOT, which belongs to one toolchain only.
func (x *Explainer) AddGOROOT(settings goenv.Settings) {
	if v := settings.Get("GOROOT"); v.Origin == goenv.UserFile && v.Text != "" {
		x.addVariable("GOROOT", v, "every go then uses this tree")
		if x.Report.Chosen == nil || !sameDir(v.Text, x.Report.Chosen.GOROOT) {
			cause := fmt.Sprintf("%s:%d sets GOROOT for every version of go", v.File, v.Line)
			if info, err := os.Stat(v.Text); err == nil && info.IsDir() {
				x.add(severityWrong, cause+", which breaks their builds", RemoveLine(x.App, v))
			} else {
				x.end(failure.CodeUsage, cause+", to a directory that does not exist", RemoveLine(x.App, v))
			}
		}
	}
	text := x.Getenv("GOROOT")
	if text == "" {
		return
	}
	v := goenv.Value{Text: text, Origin: goenv.Environment}
	switch chosen := x.Report.Chosen; {
	case chosen == nil || !x.Target.Version.IsZero():
		x.addVariable("GOROOT", v, "the shim removes it")
	case sameDir(text, chosen.GOROOT):
		x.addVariable("GOROOT", v, "belongs to the system's go")
	default:
		x.addVariable("GOROOT", v, "the system's go uses this tree instead of its own")
		x.add(severityWrong, "GOROOT="+text+" is not the system's go, so its builds break", command.Hint{Command: command.Unset("GOROOT")})
	}
}

// RemoveLine is the command that takes v out of the file where it stands. With
// a bad GOROOT or GOFLAGS in it, go does not take its own "go env -u".
func RemoveLine(a *app.App, v goenv.Value) command.Hint {
	if a.UI.Shell.Name() == "powershell" {
		return command.Hintf("remove line %d of %s", v.Line, v.File)
	}
	return command.ToRun("sed", "-i.old", fmt.Sprintf("%dd", v.Line), v.File)
}

// addFlags is about GOFLAGS, which in the file of "go env -w" holds for each
// version, also for those that don't know the flags.
func (x *Explainer) addFlags(settings goenv.Settings) {
	v := settings.Get("GOFLAGS")
	if v.Text == "" {
		return
	}
	effect, fix := "adds flags to each go command", command.Hint{Command: command.Unset("GOFLAGS")}
	if v.Origin == goenv.UserFile {
		effect, fix = "applies to every version of go", RemoveLine(x.App, v)
	}
	x.addVariable("GOFLAGS", v, effect)
	runs := x.Report.Runs.Toolchain
	if flag := UnknownFlag(v.Text, runs); runs != "" && flag != "" {
		x.end(failure.CodeFailed, fmt.Sprintf("GOFLAGS has %s, which %s does not have", flag, runs), fix)
	}
	if hasFlag(v.Text, "-modfile") { // go chooses by go.mod, and reads the other file then
		x.add(SeverityNote, "GOFLAGS has -modfile: gosw does not read that file, which may need a newer go", fix)
	}
}

// UnknownFlag returns a flag in flags, a value of GOFLAGS, that the release name
// does not know; "" if there is none.
func UnknownFlag(flags, name string) string {
	for _, flag := range []struct{ name, since string }{
		{"-trimpath", "go1.13"}, {"-modfile", "go1.14"}, {"-modcacherw", "go1.14"},
		{"-overlay", "go1.16"}, {"-buildvcs", "go1.18"}, {"-pgo", "go1.20"},
	} {
		if version.Compare(name, flag.since) < 0 && hasFlag(flags, flag.name) {
			return flag.name
		}
	}
	return ""
}

// hasFlag reports whether flags, a value of GOFLAGS, has the flag name.
func hasFlag(flags, name string) bool {
	for _, flag := range strings.Fields(flags) {
		flag, _, _ = strings.Cut(strings.Trim(flag, "'\""), "=")
		if strings.TrimLeft(flag, "-") == strings.TrimLeft(name, "-") {
			return true
		}
	}
	return false
}

func sameDir(a, b string) bool {
	if b == "" {
		return false
	}
	left, errLeft := filepath.EvalSymlinks(a)
	right, errRight := filepath.EvalSymlinks(b)
	return errLeft == nil && errRight == nil && left == right
}
