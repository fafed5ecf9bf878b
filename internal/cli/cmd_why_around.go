package cli

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/switching"
)

// surroundings looks at what is beside the rules: PATH and the variables that
// have a say.
func (x *explainer) surroundings() {
	if tool := x.report.Tool; tool == "go" || tool == "gofmt" {
		x.checkPath()
	}
	start := switching.Start{Settings: switching.ReadSettings(x.getenv, x.goEnvFile(), "")}
	if x.report.Chosen != nil {
		start = x.start()
	}
	x.addGOROOT(start.Settings)
	x.addFlags(start.Settings)
	for _, variable := range []struct{ name, effect string }{
		{"GO111MODULE", "says whether go looks at go.mod"},
		{"GOWORK", "names the go.work, or turns it off"},
	} {
		if v := start.Settings.Get(variable.name); v.Text != "" {
			x.addVariable(variable.name, v, variable.effect)
		}
	}
	if policy := x.getenv("GOSW_GOTOOLCHAIN"); policy != "" {
		x.addVariable("GOSW_GOTOOLCHAIN", switching.Value{Text: policy, Origin: switching.Environment}, "is GOTOOLCHAIN for a pin")
	}
}

func (x *explainer) addVariable(name string, v switching.Value, effect string) {
	x.report.Environment = append(x.report.Environment, whyVariable{name, x.value(v, name), effect})
}

// checkPath says so if what a shell runs by the name go is not what the rules
// have chosen.
func (x *explainer) checkPath() {
	tool := x.report.Tool
	list := x.report.Found
	shim := slices.IndexFunc(list, func(f found) bool { return f.Kind == foundShim })
	if shim == 0 {
		return
	}
	if len(list) > 0 && list[0].Kind == foundToolchain && list[0].Version == x.target.version {
		return // as in "gosw exec": the right one, by its own path
	}
	if len(list) == 0 {
		x.report.add(severityWrong, "there is no "+tool+" on PATH", x.pathFix())
		return
	}
	cause := fmt.Sprintf("%s is first on PATH: it runs, not gosw's shim", list[0].Path)
	if shim < 0 {
		cause = fmt.Sprintf("gosw's shims are not on PATH: %s runs", list[0].Path)
	}
	x.report.add(severityWrong, cause, x.pathFix())
}

// pathFix puts the store's programs first on PATH, in the running shell.
func (x *explainer) pathFix() string {
	bin := x.path.Home().Bin()
	switch x.userShell().Name() {
	case "fish":
		return fmt.Sprintf("run %q", "fish_add_path --move --prepend "+shellWord(bin))
	case "powershell":
		return fmt.Sprintf("put %s first on PATH", bin)
	case "nushell":
		return fmt.Sprintf("put %s first in $env.PATH", bin)
	}
	return `run "export PATH=` + shellWord(bin) + `:$PATH"`
}

// addGOROOT is about GOROOT, which belongs to one toolchain only.
func (x *explainer) addGOROOT(settings switching.Settings) {
	if v := settings.Get("GOROOT"); v.Origin == switching.UserFile && v.Text != "" {
		x.addVariable("GOROOT", v, "every go uses this tree")
		if x.report.Chosen == nil || !sameDir(v.Text, x.report.Chosen.GOROOT) {
			x.report.add(severityWrong,
				fmt.Sprintf("%s:%d sets GOROOT for every version of go, which breaks their builds", v.File, v.Line),
				fmt.Sprintf("remove line %d of %s", v.Line, v.File))
		}
	}
	text := x.getenv("GOROOT")
	if text == "" {
		return
	}
	v := switching.Value{Text: text, Origin: switching.Environment}
	switch chosen := x.report.Chosen; {
	case chosen == nil || !x.target.version.IsZero():
		x.addVariable("GOROOT", v, "the shim takes it out")
	case sameDir(text, chosen.GOROOT):
		x.addVariable("GOROOT", v, "is that of the system's go")
	default:
		x.addVariable("GOROOT", v, "the system's go uses this tree")
		x.report.add(severityWrong, "GOROOT="+text+" is not that of the system's go, which breaks its builds", `run "unset GOROOT"`)
	}
}

// addFlags is about GOFLAGS, which in the file of "go env -w" holds for each
// version, also for those that don't know the flags.
func (x *explainer) addFlags(settings switching.Settings) {
	v := settings.Get("GOFLAGS")
	switch {
	case v.Text == "":
	case v.Origin == switching.UserFile:
		x.addVariable("GOFLAGS", v, "holds for every version of go")
	default:
		x.addVariable("GOFLAGS", v, "is added to each go command")
	}
}

func sameDir(a, b string) bool {
	if b == "" {
		return false
	}
	left, errLeft := filepath.EvalSymlinks(a)
	right, errRight := filepath.EvalSymlinks(b)
	return errLeft == nil && errRight == nil && left == right
}
