package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/switching"
)

// settingChecks are about the settings of gosw and of go.
func (p *patient) settingChecks() []doctor.Check {
	checks := []doctor.Check{
		{ID: "settings", Sound: "gosw's settings have values that they can have", Worst: doctor.Error, Look: p.lookSettings},
		{ID: "go-env", Sound: `the file of "go env -w" can be read`, Worst: doctor.Error, Look: p.lookGoEnv},
		{ID: "goroot", Sound: "GOROOT is not set", Worst: doctor.Error, Look: p.lookGOROOT},
		{ID: "goflags", Sound: "GOFLAGS has nothing that a release here does not know", Worst: doctor.Error, Look: p.lookGoFlags},
		{ID: "gotoolchain", Sound: "GOTOOLCHAIN does not undo pins", Worst: doctor.Warning, Look: p.lookGoToolchain},
	}
	for _, one := range []struct{ id, name, value, effect string }{
		{"goproxy", "GOPROXY", "off", "neither go nor gosw downloads anything"},
		{"gosumdb", "GOSUMDB", "off", "no module is compared with what others got, and neither go nor gosw can prove a toolchain"},
		{"go111module", "GO111MODULE", "off", "go takes no heed of go.mod, and its line on the version of Go neither"},
		{"gowork", "GOWORK", "off", "go takes no heed of go.work"},
	} {
		worst := doctor.Warning
		if one.name == "GOWORK" {
			worst = doctor.Note
		}
		checks = append(checks, doctor.Check{ID: one.id, Sound: one.name + " is not " + one.value, Worst: worst, Look: func() []doctor.Finding {
			v := p.settings.Get(one.name)
			if v.Text != one.value {
				return nil
			}
			return []doctor.Finding{{Severity: worst, Cause: fmt.Sprintf("%s=%s%s: %s", one.name, v.Text, stands(v), one.effect), Fix: p.unset(one.name, v)}}
		}})
	}
	return checks
}

// stands says where a value is, if it is in a file.
func stands(v switching.Value) string {
	if v.File == "" {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", v.File, v.Line)
}

func (p *patient) lookSettings() []doctor.Finding {
	if p.machine.Store == "" {
		return skipped("nothing says where the store is")
	}
	all, err := p.app.settings()
	if err != nil {
		f := p.finding(doctor.Error, err)
		if path := (*fs.PathError)(nil); errors.As(err, &path) && path.Path == configFile() {
			f.Fix = doctor.Aside(path.Path)
		}
		return []doctor.Finding{f}
	}
	var findings []doctor.Finding
	for _, s := range all {
		v, err := findVariable(s.Name)
		if err == nil {
			err = v.check(s)
		}
		if err != nil {
			findings = append(findings, p.finding(doctor.Error, err))
		}
	}
	return findings
}

func (p *patient) lookGoEnv() []doctor.Finding {
	file := p.goEnvFile()
	if file == "" {
		return skipped("GOENV=off")
	}
	if _, err := readEnvFile(file); err != nil {
		return []doctor.Finding{{Severity: doctor.Error, Cause: err.Error(), Fix: doctor.Aside(file)}}
	}
	return nil
}

// lookGOROOT is about a variable that belongs to one toolchain. The shim takes it
// out; editors and scripts that run a go by its path do not.
func (p *patient) lookGOROOT() []doctor.Finding {
	var findings []doctor.Finding
	if p.whyErr == nil {
		findings = p.problems(func() { p.why.addGOROOT(p.settings) })
	}
	if v := p.settings.Get("GOROOT"); v.Origin == switching.Environment && len(findings) == 0 {
		findings = append(findings, doctor.Finding{Severity: doctor.Warning,
			Cause: "GOROOT=" + v.Text + " is set: gosw takes it out, and what runs another go by its path ends up with two trees in one", Fix: command.Unset("GOROOT")})
	}
	return findings
}

// lookGoFlags looks at flags in GOFLAGS that one of the installed releases does
// not know, and at -mod=mod.
func (p *patient) lookGoFlags() []doctor.Finding {
	v := p.settings.Get("GOFLAGS")
	if v.Text == "" {
		return nil
	}
	installed := []gover.Version(nil)
	if p.whyErr == nil {
		installed, _ = p.why.path.Installed()
		newestFirst(installed)
	}
	for _, version := range installed {
		if flag := unknownFlag(v.Text, version.String()); flag != "" {
			f := doctor.Finding{Severity: doctor.Warning, Cause: fmt.Sprintf("GOFLAGS%s has %s, which %v, which is installed, does not know", stands(v), flag, version), Fix: p.unset("GOFLAGS", v)}
			if version == p.machine.Version {
				f.Severity = doctor.Error
			}
			return []doctor.Finding{f}
		}
	}
	if hasFlag(v.Text, "-mod") && strings.Contains(v.Text, "-mod=mod") {
		return []doctor.Finding{{Severity: doctor.Note, Cause: "GOFLAGS" + stands(v) + " has -mod=mod: each build may change go.mod and go.sum", Fix: p.unset("GOFLAGS", v)}}
	}
	return nil
}

// lookGoToolchain is about a GOTOOLCHAIN of the user's, which pins give way to.
func (p *patient) lookGoToolchain() []doctor.Finding {
	v := p.settings.Get("GOTOOLCHAIN")
	f := doctor.Finding{Severity: doctor.Note, Cause: fmt.Sprintf("GOTOOLCHAIN=%s%s ", v.Text, stands(v)), Fix: p.unset("GOTOOLCHAIN", v)}
	name, _, plus := strings.Cut(v.Text, "+")
	switch {
	case v.Text == "" || v.Origin == switching.UserFile && (v.Text == "auto" || v.Text == "path"):
		return nil
	case v.Text == "local" && v.Origin == switching.UserFile:
		f.Cause += "lets no go.mod ask for a newer go, also where there is no pin"
	case strings.HasPrefix(name, "go1"):
		f.Severity = doctor.Warning
		f.Cause += "names one go for all directories, also where a pin names another"
		if plus {
			f.Cause += ", unless go.mod asks for a newer one"
		}
	case v.Text == "local":
		return nil
	case name == "auto" || name == "path" || name == "local":
		f.Cause += "lets go.mod ask for a newer go than the pin"
	default:
		f.Severity = doctor.Warning
		f.Cause += "is nothing that go knows"
	}
	return []doctor.Finding{f}
}
