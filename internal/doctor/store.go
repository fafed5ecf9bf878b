package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
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
	Err     error                // why it can't be used, nil if it can
	PathErr error                // why PATH can't hold its directory of shims
	Tell    func(error) Findings // puts an error in words, with what fixes it

	Shim       string                      // the path of the gosw-shim that belongs to this gosw
	ShimErr    error                       // why that is not known
	Programs   map[string]string           // in the store's bin directory, and where they lead: go and gofmt to Shim
	PlaceShims func(context.Context) error // puts them there

	Receipts func() []Receipt
	Keeper
}

// A Keeper knows what is wrong in the store's directories, and fixes it.
type Keeper interface {
	WrongShims(programs map[string]string) []string
	WrongLinks() ([]string, error)
	Relink(ctx context.Context) error
	Unused() []string // what killed processes have left
	Tidy(ctx context.Context) error
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
		{ID: "store", Sound: "the store is usable", Worst: Error, Look: s.lookStore},
		{ID: "shims", Sound: "the store's go, gofmt and gosw lead to this gosw", Worst: Error, Look: s.In(s.lookShims)},
		{ID: "shim-version", Sound: "gosw and gosw-shim are of one version", Worst: Warning, Look: s.lookShimVersion},
		{ID: "links", Sound: "the store's links are right", Worst: Error, Look: s.In(s.lookLinks)},
		{ID: "leftovers", Sound: "no leftovers of killed processes", Worst: Warning, Look: s.In(s.lookLeftovers)},
		{ID: "receipts", Sound: "each toolchain has a valid receipt", Worst: Error, Look: s.In(s.lookReceipts)},
		{ID: "clock", Sound: "the clock is not slow", Worst: Error, Look: s.lookClock},
	}
}

// In skips a check where there is no store to look at.
func (s Store) In(look func() Findings) func() Findings {
	return func() Findings {
		if s.Err != nil {
			return Skip("the store is not usable")
		}
		if _, err := os.Stat(string(s.Store)); err != nil {
			return Skip("there is no store yet")
		}
		return look()
	}
}

// lookStore tells what keeps the store from being used.
func (s Store) lookStore() Findings {
	for home, i := s.Store, 0; home != "" && i < 3; i++ {
		dir := []string{string(home), home.Toolchains(), home.Bin()}[i]
		info, err := os.Stat(dir)
		_, linkErr := os.Lstat(dir)
		switch {
		case err == nil && !info.IsDir():
			return Found(command.Aside(dir), "%s is where a directory of the store should be", dir)
		case err != nil && linkErr == nil:
			return Found(command.Aside(dir), "%s is a dangling symbolic link, where a directory of the store should be", dir)
		}
	}
	variable := (*toolchain.VariableError)(nil)
	if errors.As(s.Err, &variable) && variable.Name != "GOSW_ROOT" && variable.Name != "GOSW_SYSTEM_ROOT" {
		return Skip("the store's place is unknown") // a check of its own looks at HOME
	}
	err := cmp.Or(s.Err, s.PathErr)
	if err == nil {
		_, err = s.Store.Installed()
	}
	if err != nil {
		return s.Tell(err)
	}
	return nil
}

func (s Store) lookShims() Findings {
	if s.ShimErr != nil {
		return s.Tell(s.ShimErr)
	}
	if _, err := os.Stat(s.Shim); err != nil {
		return Found(goInstall, "gosw-shim is missing beside gosw (%s), so the store has no go", s.Shim).
			Advise("gosw and gosw-shim belong in one directory")
	}
	wrong := make(map[string][]string) // by where they are to lead
	for _, path := range s.WrongShims(s.Programs) {
		program := s.Programs[filepath.Base(path)]
		wrong[program] = append(wrong[program], path)
	}
	var causes []string
	for _, program := range slices.Sorted(maps.Keys(wrong)) {
		are := "is not a link"
		if len(wrong[program]) > 1 {
			are = "are not links"
		}
		causes = append(causes, fmt.Sprintf("%s %s to %s", strings.Join(wrong[program], " and "), are, program))
	}
	if causes == nil {
		return nil
	}
	found := Found(nil, "%s", strings.Join(causes, "; ")).Ours(s.PlaceShims, "put the shims in their place")
	if wrong[s.Shim] == nil { // only gosw itself, without which go works all the same
		found.As(Warning)
	}
	return found
}

// lookShimVersion compares what the build has written into both programs, where
// it has.
func (s Store) lookShimVersion() Findings {
	own, ok := debug.ReadBuildInfo()
	other, found := toolInfo(s.Shim)
	if !ok || !found {
		return Skip("unknown versions")
	}
	switch mine, its := builtFrom(own), builtFrom(other); {
	case other.Path != strings.TrimSuffix(own.Path, "gosw")+"gosw-shim":
		return Found(goInstall, "%s is %[2]s instead of gosw-shim", s.Shim, cmp.Or(other.Path, "another program"))
	case mine != its && mine != "" && its != "":
		return Found(goInstall, "gosw is version %s, but %s is %s", mine, s.Shim, its)
	}
	return nil
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

func (s Store) lookLinks() Findings {
	wrong, err := s.WrongLinks()
	if err != nil {
		return s.Tell(err)
	}
	if len(wrong) == 0 {
		return nil
	}
	which := "is not the link"
	if n := len(wrong) - 1; n > 0 {
		which = fmt.Sprintf("and %d more are not the links", n)
	}
	return Found(nil, "%s %s that the installed versions need", wrong[0], which).Ours(s.Relink, "put the links right")
}

func (s Store) lookLeftovers() Findings {
	left := s.Unused()
	if len(left) == 0 {
		return nil
	}
	count := "1 leftover"
	if len(left) > 1 {
		count = fmt.Sprintf("%d leftovers", len(left))
	}
	return Found(nil, "killed processes left %s, such as %s", count, left[0]).Ours(s.Tidy, "removed the leftovers of killed processes")
}

// lookReceipts tells what is wrong with receipts.
func (s Store) lookReceipts() (findings Findings) {
	if _, err := s.Store.Installed(); err != nil {
		return Skip(err.Error())
	}
	for _, r := range s.Receipts() {
		if r.Err != nil {
			findings = append(findings, Found(r.Repair, "%v: %v", r.Version, r.Err)...)
		}
	}
	return findings
}

// lookClock finds a clock that is behind what has happened already: this gosw was
// built from a commit, and toolchains were installed.
func (s Store) lookClock() Findings {
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
		return Skip("nothing to compare it with")
	}
	now := s.Now()
	if now.Add(time.Hour).After(latest) {
		return nil
	}
	return Found(s.SetClock(), "the clock says %s, but %s at %s: certificates may be refused, and caches look newer than they are",
		now.UTC().Format(time.DateTime), what, latest.UTC().Format(time.DateTime))
}

// SetClock is the command that sets the clock right.
func (m Machine) SetClock() command.Command { return m.asRoot("timedatectl", "set-ntp", "true") }
