package doctor

import (
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// GoChecks returns the checks of variables of the go command. Installed are the
// versions that are, newest first; unknown returns which of the flags of a GOFLAGS
// a version does not know, "" if it knows them all.
func (m Machine) GoChecks(installed []gover.Version, unknown func(flags, version string) string) []Check {
	checks := []Check{
		{ID: "goflags", Sound: "GOFLAGS has nothing that a release here does not know", Worst: Error, Look: func() Findings { return m.lookGoFlags(installed, unknown) }},
		{ID: "gotoolchain", Sound: "GOTOOLCHAIN does not undo pins", Worst: Warning, Look: m.lookGoToolchain},
	}
	for _, one := range []struct {
		id, name string
		worst    Severity
		effect   string
	}{
		{"goproxy", "GOPROXY", Warning, "neither go nor gosw downloads anything"},
		{"gosumdb", "GOSUMDB", Warning, "no module is compared with what others got, and neither go nor gosw can prove a toolchain"},
		{"go111module", "GO111MODULE", Warning, "go takes no heed of go.mod, and its line on the version of Go neither"},
		{"gowork", "GOWORK", Note, "go takes no heed of go.work"},
	} {
		checks = append(checks, Check{ID: one.id, Sound: one.name + " is not off", Worst: one.worst, Look: func() Findings {
			s := m.Setting(one.name)
			if s.Text != "off" {
				return nil
			}
			return Found(s.Unset, "%s=off%s: %s", one.name, s.Place, one.effect)
		}})
	}
	return checks
}

// lookGoFlags looks at flags in GOFLAGS that one of the installed releases does
// not know, and at -mod=mod.
func (m Machine) lookGoFlags(installed []gover.Version, unknown func(flags, version string) string) Findings {
	s := m.Setting("GOFLAGS")
	for _, v := range installed {
		if flag := unknown(s.Text, v.String()); flag != "" {
			found := Found(s.Unset, "GOFLAGS%s has %s, which %v, which is installed, does not know", s.Place, flag, v)
			if v != m.Version {
				return found.As(Warning)
			}
			return found
		}
	}
	if strings.Contains(s.Text, "-mod=mod") {
		return Found(s.Unset, "GOFLAGS%s has -mod=mod: each build may change go.mod and go.sum", s.Place).As(Note)
	}
	return nil
}

// lookGoToolchain is about a GOTOOLCHAIN of the user's, which pins give way to.
func (m Machine) lookGoToolchain() Findings {
	s := m.Setting("GOTOOLCHAIN")
	inFile := s.Place != ""
	name, _, plus := strings.Cut(s.Text, "+")
	severity, effect := Note, ""
	switch {
	case s.Text == "" || inFile && (s.Text == "auto" || s.Text == "path"):
		return nil
	case s.Text == "local" && inFile:
		effect = "lets no go.mod ask for a newer go, also where there is no pin"
	case strings.HasPrefix(name, "go1"):
		severity, effect = Warning, "names one go for all directories, also where a pin names another"
		if plus {
			effect += ", unless go.mod asks for a newer one"
		}
	case s.Text == "local":
		return nil
	case name == "auto" || name == "path" || name == "local":
		effect = "lets go.mod ask for a newer go than the pin"
	default:
		severity, effect = Warning, "is nothing that go knows"
	}
	return Found(s.Unset, "GOTOOLCHAIN=%s%s %s", s.Text, s.Place, effect).As(severity)
}
