package doctor

import (
	"errors"

	"github.com/gosw/gosw/internal/cli/explain"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// settingChecks are about the settings of gosw and of go.
func (p *patient) settingChecks() []doctor.Check {
	installed := []gover.Version(nil)
	if p.whyErr == nil {
		installed, _ = p.why.Path.Installed()
		gover.NewestFirst(installed)
	}
	return append([]doctor.Check{
		{ID: "settings", Sound: "gosw's settings have valid values", Worst: doctor.Error, Look: p.lookSettings},
		{ID: "go-env", Sound: `the file of "go env -w" can be read`, Worst: doctor.Error, Look: p.lookGoEnv},
		{ID: "goroot", Sound: "GOROOT is not set", Worst: doctor.Error, Look: p.lookGOROOT},
	}, p.machine.GoChecks(installed, explain.UnknownFlag)...)
}

func (p *patient) lookSettings() (findings doctor.Findings) {
	if p.machine.Store == "" {
		return doctor.Skip("the store's place is unknown")
	}
	all, err := p.Settings()
	if err != nil {
		return p.unlessTold(err)
	}
	for _, s := range all {
		v, err := settings.FindVariable(s.Name)
		if err == nil {
			err = v.Check(s)
		}
		if err != nil {
			findings = append(findings, p.found(err)...)
		}
	}
	return findings
}

// unlessTold is found, unless err is that of a variable which a check of the machine
// looks at.
func (p *patient) unlessTold(err error) doctor.Findings {
	if variable := (*toolchain.VariableError)(nil); errors.As(err, &variable) && variable.Name != "GOENV" {
		return doctor.Skip(err.Error())
	}
	return p.found(err)
}

func (p *patient) lookGoEnv() doctor.Findings {
	file, err := p.GoEnvFile()
	if err != nil {
		return p.unlessTold(err)
	}
	if file == "" {
		return doctor.Skip("no such file: GOENV is off, or HOME is not set")
	}
	if _, err := settings.ReadEnvFile(file); err != nil {
		return doctor.Found(command.Aside(file), "%v", err)
	}
	return nil
}

// lookGOROOT is about a variable that belongs to one toolchain. The shim takes it
// out; editors and scripts that run a go by its path do not.
func (p *patient) lookGOROOT() (findings doctor.Findings) {
	if p.whyErr == nil {
		findings = p.problems(func() { p.why.AddGOROOT(p.settings) })
	}
	if v := p.settings.Get("GOROOT"); v.Origin == goenv.Environment && len(findings) == 0 {
		findings = doctor.Found(command.Unset("GOROOT"),
			"GOROOT=%s is set: gosw removes it, but a go that is run by its path mixes two releases", v.Text).As(doctor.Warning)
	}
	return findings
}
