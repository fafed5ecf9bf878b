package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// A Store is what the store of a machine says of itself. Its functions are called
// only where it can be used.
type Store struct {
	Machine
	Err     error                         // why it can't be used, nil if it can
	PathErr error                         // why PATH can't hold its folder of shims
	Tell    func(Severity, error) Finding // puts an error in words, with what mends it

	Shim    string // the path of the gosw-shim that belongs to this gosw
	ShimErr error  // why that is not known

	WrongShims func() []string
	WrongLinks func() ([]string, error)
	Leftovers  func() []string
	Receipts   func() []Receipt
}

// A Receipt is what the receipt of an installed version says.
type Receipt struct {
	Version   gover.Version
	Installed time.Time // zero if that is not known
	Err       error     // what is wrong with it
	Repair    command.Command
}

// goInstall installs gosw and gosw-shim side by side.
var goInstall = command.Run("go", "install", "github.com/gosw/gosw/cmd/...")

// Checks returns the checks of what the store has.
func (s Store) Checks() []Check {
	return []Check{
		{ID: "store", Sound: "the store can be used", Worst: Error, Look: s.lookStore},
		{ID: "shims", Sound: "the store's go and gofmt are this gosw's shim", Worst: Error, Look: s.In(s.lookShims)},
		{ID: "shim-version", Sound: "gosw-shim was built with this gosw", Worst: Warning, Look: s.lookShimVersion},
		{ID: "links", Sound: "the store's links lead where they should", Worst: Error, Look: s.In(s.lookLinks)},
		{ID: "leftovers", Sound: "nothing is left of killed processes", Worst: Warning, Look: s.In(s.lookLeftovers)},
		{ID: "receipts", Sound: "each toolchain has its receipt", Worst: Error, Look: s.In(s.lookReceipts)},
		{ID: "clock", Sound: "the clock is not behind", Worst: Error, Look: s.lookClock},
	}
}

// In skips a check where there is no store to look at.
func (s Store) In(look func() []Finding) func() []Finding {
	return func() []Finding {
		if s.Err != nil {
			return Skip("the store can't be used")
		}
		if _, err := os.Stat(string(s.Store)); err != nil {
			return Skip("there is no store yet")
		}
		return look()
	}
}

// lookStore tells what keeps the store from being used.
func (s Store) lookStore() []Finding {
	for home, i := s.Store, 0; home != "" && i < 3; i++ {
		dir := []string{string(home), home.Toolchains(), home.Bin()}[i]
		info, err := os.Stat(dir)
		_, linkErr := os.Lstat(dir)
		cause := ""
		switch {
		case err == nil && !info.IsDir():
			cause = dir + " is in the place of a folder of the store"
		case err != nil && linkErr == nil:
			cause = dir + " is a symbolic link that leads nowhere, in the place of a folder of the store"
		default:
			continue
		}
		return []Finding{{Severity: Error, Cause: cause, Fix: command.Aside(dir)}}
	}
	variable := (*toolchain.VariableError)(nil)
	if errors.As(s.Err, &variable) && variable.Name != "GOSW_ROOT" && variable.Name != "GOSW_SYSTEM_ROOT" {
		return Skip("nothing says where it is") // a check of its own looks at HOME
	}
	err := cmp.Or(s.Err, s.PathErr)
	if err == nil {
		_, err = s.Store.Installed()
	}
	if err != nil {
		return []Finding{s.Tell(Error, err)}
	}
	return nil
}

func (s Store) lookShims() []Finding {
	if s.ShimErr != nil {
		return []Finding{s.Tell(Error, s.ShimErr)}
	}
	if _, err := os.Stat(s.Shim); err != nil {
		return []Finding{{Severity: Error, Cause: "there is no gosw-shim beside gosw (" + s.Shim + "), so the store has no go",
			Fix: goInstall, Advice: "gosw and gosw-shim belong into one folder"}}
	}
	wrong := s.WrongShims()
	if len(wrong) == 0 {
		return nil
	}
	cause := wrong[0] + " is no link to " + s.Shim
	if len(wrong) > 1 {
		cause = strings.Join(wrong, " and ") + " are no links to " + s.Shim
	}
	return Ours(Error, cause, "put the shims in their place")
}

// lookShimVersion compares what the build has written into both programs, where
// it has.
func (s Store) lookShimVersion() []Finding {
	own, ok := debug.ReadBuildInfo()
	other, found := toolInfo(s.Shim)
	if !ok || !found {
		return Skip("it can't be told what they were built from")
	}
	cause := ""
	switch mine, its := builtFrom(own), builtFrom(other); {
	case other.Path != strings.TrimSuffix(own.Path, "gosw")+"gosw-shim":
		cause = s.Shim + " is not gosw-shim, but " + cmp.Or(other.Path, "another program")
	case mine == its || mine == "" || its == "":
		return nil
	default:
		cause = fmt.Sprintf("gosw was built from %s, and %s from %s", mine, s.Shim, its)
	}
	return []Finding{{Severity: Warning, Cause: cause, Fix: goInstall}}
}

// builtFrom names the source of a program: its module's version, or the commit.
func builtFrom(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return buildSetting(info, "vcs.revision")
}

func buildSetting(info *debug.BuildInfo, key string) string {
	i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == key })
	if i < 0 {
		return ""
	}
	return info.Settings[i].Value
}

func (s Store) lookLinks() []Finding {
	wrong, err := s.WrongLinks()
	if err != nil {
		return []Finding{s.Tell(Error, err)}
	}
	if len(wrong) == 0 {
		return nil
	}
	cause := fmt.Sprintf("%s is not the link that the installed versions ask for", wrong[0])
	if n := len(wrong) - 1; n > 0 {
		cause = fmt.Sprintf("%s and %d more are not the links that the installed versions ask for", wrong[0], n)
	}
	return Ours(Error, cause, "set the links right")
}

func (s Store) lookLeftovers() []Finding {
	left := s.Leftovers()
	switch len(left) {
	case 0:
		return nil
	case 1:
		return Ours(Warning, "1 leftover of killed processes take up room, such as "+left[0], "removed what killed processes had left")
	}
	return Ours(Warning, fmt.Sprintf("%d leftovers of killed processes take up room, such as %s", len(left), left[0]), "removed what killed processes had left")
}

// lookReceipts tells what is wrong with receipts.
func (s Store) lookReceipts() (findings []Finding) {
	if _, err := s.Store.Installed(); err != nil {
		return Skip(err.Error())
	}
	for _, r := range s.Receipts() {
		if r.Err != nil {
			findings = append(findings, Finding{Severity: Error, Cause: fmt.Sprintf("%v: %v", r.Version, r.Err), Fix: r.Repair})
		}
	}
	return findings
}

// lookClock finds a clock that is behind what has happened already: this gosw was
// built from a commit, and toolchains were installed.
func (s Store) lookClock() []Finding {
	var latest time.Time
	what := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if t, err := time.Parse(time.RFC3339, buildSetting(info, "vcs.time")); err == nil {
			latest, what = t, "gosw was built"
		}
	}
	if s.Err == nil {
		for _, r := range s.Receipts() {
			if r.Installed.After(latest) {
				latest, what = r.Installed, r.Version.String()+" was installed"
			}
		}
	}
	if latest.IsZero() {
		return Skip("there is nothing to compare it with")
	}
	now := s.Now()
	if now.Add(time.Hour).After(latest) {
		return nil
	}
	return []Finding{s.Clock(fmt.Sprintf("the clock says %s, but %s at %s: servers are refused because of it, and what is newer counts as older",
		now.UTC().Format(time.DateTime), what, latest.UTC().Format(time.DateTime)))}
}

// Clock is the finding of a clock that is wrong.
func (m Machine) Clock(cause string) Finding {
	return Finding{Severity: Error, Cause: cause, Fix: m.asRoot("timedatectl", "set-ntp", "true")}
}
