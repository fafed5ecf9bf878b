package cli

import (
	"errors"
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/goenv"
)

// surroundings looks at what is beside the rules: PATH and the variables that
// have a say.
func (x *explainer) surroundings() {
	if tool := x.report.Tool; tool == "go" || tool == "gofmt" {
		x.checkPath()
	}
	settings := x.goSettings()
	x.addGOROOT(settings)
	x.addFlags(settings)
	for _, variable := range []struct{ name, effect string }{
		{"GO111MODULE", "says whether go looks at go.mod"},
		{"GOWORK", "names the go.work, or turns it off"},
	} {
		if v := settings.Get(variable.name); v.Text != "" {
			x.addVariable(variable.name, v, variable.effect)
		}
	}
	if policy := x.getenv("GOSW_GOTOOLCHAIN"); policy != "" {
		x.addVariable("GOSW_GOTOOLCHAIN", goenv.Value{Text: policy, Origin: goenv.Environment}, "is GOTOOLCHAIN for a pin")
	}
}

// end makes cause what a go started here ends with, with the exit code that it
// has then. A gofmt does not care.
func (x *explainer) end(code int, cause string, fix Hint) {
	if x.report.Tool == "gofmt" || x.report.Runs.Place == "" {
		return
	}
	x.report.Runs = whyRuns{}
	x.ends = withCode(withHint(errors.New(cause), fix), code)
}

func (x *explainer) addVariable(name string, v goenv.Value, effect string) {
	x.report.Environment = append(x.report.Environment, whyVariable{name, x.value(v, name), effect})
}

// checkPath says so if what a shell runs by the name go is not what the rules
// have chosen.
func (x *explainer) checkPath() {
	tool := x.report.Tool
	list := x.report.onPath()
	shim := slices.IndexFunc(list, func(f found) bool { return f.Kind == foundShim })
	if shim == 0 {
		return
	}
	if len(list) > 0 && list[0].Kind == foundToolchain && list[0].Version == x.target.version {
		return // as in "gosw exec": the right one, by its own path
	}
	x.report.shadowed = true
	if len(list) == 0 {
		x.add(severityWrong, "there is no "+tool+" on PATH", x.pathFix())
		return
	}
	cause := fmt.Sprintf("%s is first on PATH: it runs, not gosw's shim", list[0].Path)
	if shim < 0 {
		cause = fmt.Sprintf("gosw's shims are not on PATH: %s runs", list[0].Path)
	}
	x.add(severityWrong, cause, x.pathFix())
}

// pathFix puts the store's programs first on PATH, in the running shell.
func (x *explainer) pathFix() Hint {
	return Hint{Command: command.Command{{Kind: command.First, Text: x.path.Home().Bin()}}}
}

// addGOROOT is about GOROOT, which belongs to one toolchain only.
func (x *explainer) addGOROOT(settings goenv.Settings) {
	if v := settings.Get("GOROOT"); v.Origin == goenv.UserFile && v.Text != "" {
		x.addVariable("GOROOT", v, "every go uses this tree")
		if x.report.Chosen == nil || !sameDir(v.Text, x.report.Chosen.GOROOT) {
			cause := fmt.Sprintf("%s:%d sets GOROOT for every version of go", v.File, v.Line)
			if info, err := os.Stat(v.Text); err == nil && info.IsDir() {
				x.add(severityWrong, cause+", which breaks their builds", x.removeLine(v))
			} else {
				x.end(exitUsage, cause+", to a folder that is not there", x.removeLine(v))
			}
		}
	}
	text := x.getenv("GOROOT")
	if text == "" {
		return
	}
	v := goenv.Value{Text: text, Origin: goenv.Environment}
	switch chosen := x.report.Chosen; {
	case chosen == nil || !x.target.version.IsZero():
		x.addVariable("GOROOT", v, "the shim takes it out")
	case sameDir(text, chosen.GOROOT):
		x.addVariable("GOROOT", v, "is that of the system's go")
	default:
		x.addVariable("GOROOT", v, "the system's go uses this tree")
		x.add(severityWrong, "GOROOT="+text+" is not that of the system's go, which breaks its builds", Hint{Command: command.Unset("GOROOT")})
	}
}

// removeLine is the command that takes v out of the file where it stands. With
// a bad GOROOT or GOFLAGS in it, go does not take its own "go env -u".
func (a *app) removeLine(v goenv.Value) Hint {
	if a.ui.shell.Name() == "powershell" {
		return hintf("remove line %d of %s", v.Line, v.File)
	}
	return run("sed", "-i.old", fmt.Sprintf("%dd", v.Line), v.File)
}

// addFlags is about GOFLAGS, which in the file of "go env -w" holds for each
// version, also for those that don't know the flags.
func (x *explainer) addFlags(settings goenv.Settings) {
	v := settings.Get("GOFLAGS")
	if v.Text == "" {
		return
	}
	effect, fix := "is added to each go command", Hint{Command: command.Unset("GOFLAGS")}
	if v.Origin == goenv.UserFile {
		effect, fix = "holds for every version of go", x.removeLine(v)
	}
	x.addVariable("GOFLAGS", v, effect)
	runs := x.report.Runs.Toolchain
	if flag := unknownFlag(v.Text, runs); runs != "" && flag != "" {
		x.end(exitFailed, fmt.Sprintf("GOFLAGS has %s, which %s does not know", flag, runs), fix)
	}
	if hasFlag(v.Text, "-modfile") { // go chooses by go.mod, and reads the other file then
		x.add(severityNote, "GOFLAGS has -modfile: go may need a newer version for that file, which is not looked at", fix)
	}
}

// unknownFlag returns a flag in flags, a value of GOFLAGS, that the release name
// does not know; "" if there is none.
func unknownFlag(flags, name string) string {
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
