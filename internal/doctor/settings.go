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
		{ID: "goflags", Sound: "every installed release accepts GOFLAGS", Worst: Error, Look: func() Findings { return m.lookGoFlags(installed, unknown) }},
		{ID: "gotoolchain", Sound: "GOTOOLCHAIN does not override pins", Worst: Warning, Look: m.lookGoToolchain},
	}
	for _, one := range []struct {
		id, name string
		worst    Severity
		effect   string
	}{
		{"goproxy", "GOPROXY", Warning, "go and gosw download nothing"},
		{"gosumdb", "GOSUMDB", Warning, "go verifies no downloads against the checksum database, and gosw installs nothing"},
		{"go111module", "GO111MODULE", Warning, "go ignores go.mod, also the Go version in it"},
		{"gowork", "GOWORK", Note, "go ignores go.work"},
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
			found := Found(s.Unset, "GOFLAGS%s has %s, which the installed %v does not have", s.Place, flag, v)
			if v != m.Version {
				return found.As(Warning)
			}
			return found
		}
	}
	if strings.Contains(s.Text, "-mod=mod") {
		return Found(s.Unset, "GOFLAGS%s has -mod=mod, so each build may change go.mod and go.sum", s.Place).As(Note)
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
		effect = "ignores go.mod files that need a newer go, even without a pin"
	case strings.HasPrefix(name, "go1"):
		severity, effect = Warning, "runs one go in all directories, whatever the pins say"
		if plus {
			effect += ", unless go.mod needs a newer one"
		}
	case s.Text == "local":
		return nil
	case name == "auto" || name == "path" || name == "local":
		effect = "runs a newer go than the pin if go.mod needs it"
	default:
		severity, effect = Warning, "is not a value that go accepts"
	}
	return Found(s.Unset, "GOTOOLCHAIN=%s%s %s", s.Text, s.Place, effect).As(severity)
}
