package cli

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// goInstall installs gosw and gosw-shim side by side.
var goInstall = command.Run("go", "install", "github.com/gosw/gosw/cmd/...")

// storeChecks are about what the store has.
func (p *patient) storeChecks() []doctor.Check {
	return []doctor.Check{
		{ID: "store", Sound: "the store can be used", Worst: doctor.Error, Look: p.lookStore},
		{ID: "shims", Sound: "the store's go and gofmt are this gosw's shim", Worst: doctor.Error, Look: p.inStore(p.lookShims)},
		{ID: "shim-version", Sound: "gosw-shim was built with this gosw", Worst: doctor.Warning, Look: p.lookShimVersion},
		{ID: "links", Sound: "the store's links lead where they should", Worst: doctor.Error, Look: p.inStore(p.lookLinks)},
		{ID: "leftovers", Sound: "nothing is left of killed processes", Worst: doctor.Warning, Look: p.inStore(p.lookLeftovers)},
		{ID: "receipts", Sound: "each toolchain has its receipt", Worst: doctor.Error, Look: p.inStore(p.lookReceipts)},
		{ID: "clock", Sound: "the clock is not behind", Worst: doctor.Error, Look: p.lookClock},
	}
}

// inStore skips a check where there is no store to look at.
func (p *patient) inStore(look func() []doctor.Finding) func() []doctor.Finding {
	return func() []doctor.Finding {
		if p.store == nil {
			return skipped("the store can't be used")
		}
		if _, err := os.Stat(string(p.store.Home())); err != nil {
			return skipped("there is no store yet")
		}
		return look()
	}
}

// lookStore tells what keeps the store from being used.
func (p *patient) lookStore() []doctor.Finding {
	for home, i := p.machine.Store, 0; home != "" && i < 3; i++ {
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
		return []doctor.Finding{{Severity: doctor.Error, Cause: cause, Fix: doctor.Aside(dir)}}
	}
	if errors.Is(p.storeErr, toolchain.ErrNoHome) {
		return skipped("nothing says where it is")
	}
	if p.storeErr != nil {
		f := p.finding(doctor.Error, p.storeErr)
		access := (*store.AccessError)(nil)
		format := (*store.FormatError)(nil)
		switch {
		case errors.As(p.storeErr, &access):
			f.Fix = command.Run("chmod", "go-w", access.Path)
		case errors.As(p.storeErr, &format) && !newerFormat(format):
			f.Fix = writeFormat(format)
		case errors.Is(p.storeErr, toolchain.ErrRelativeRoot):
			f.Fix = command.Unset("GOSW_ROOT")
		case errors.Is(p.storeErr, toolchain.ErrRelativeSystemRoot):
			f.Fix = command.Unset("GOSW_SYSTEM_ROOT")
		}
		return []doctor.Finding{f}
	}
	home := p.store.Home()
	if err := fitsPath(string(home)); err != nil {
		return []doctor.Finding{p.finding(doctor.Error, err)}
	}
	if _, err := home.Installed(); err != nil {
		return []doctor.Finding{p.finding(doctor.Error, err)}
	}
	return nil
}

func (p *patient) lookShims() []doctor.Finding {
	program, err := shimProgram()
	if err != nil {
		return []doctor.Finding{p.finding(doctor.Error, err)}
	}
	if _, err := os.Stat(program); err != nil {
		return []doctor.Finding{{Severity: doctor.Error, Cause: "there is no gosw-shim beside gosw (" + program + "), so the store has no go",
			Fix: goInstall, Advice: "gosw and gosw-shim belong into one folder"}}
	}
	wrong := p.store.WrongShims(program)
	if len(wrong) == 0 {
		return nil
	}
	cause := wrong[0] + " is no link to " + program
	if len(wrong) > 1 {
		cause = strings.Join(wrong, " and ") + " are no links to " + program
	}
	return []doctor.Finding{p.ours(doctor.Error, cause,
		"put the shims in their place", func(ctx context.Context) error { return p.store.Shim(ctx, program) })}
}

// lookShimVersion compares what the build has written into both programs, where
// it has.
func (p *patient) lookShimVersion() []doctor.Finding {
	own, ok := debug.ReadBuildInfo()
	program, _ := shimProgram() // the check "shims" tells what is wrong
	other, err := buildinfo.ReadFile(program)
	if !ok || err != nil {
		return skipped("it can't be told what they were built from")
	}
	if other.Path != strings.TrimSuffix(own.Path, "gosw")+"gosw-shim" {
		return []doctor.Finding{{Severity: doctor.Warning, Cause: program + " is not gosw-shim, but " + cmp.Or(other.Path, "another program"), Fix: goInstall}}
	}
	mine, its := builtFrom(own), builtFrom(other)
	if mine == its || mine == "" || its == "" {
		return nil
	}
	return []doctor.Finding{{Severity: doctor.Warning, Cause: fmt.Sprintf("gosw was built from %s, and %s from %s", mine, program, its), Fix: goInstall}}
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

func (p *patient) lookLinks() []doctor.Finding {
	wrong, err := p.store.WrongLinks()
	if err != nil {
		return []doctor.Finding{p.finding(doctor.Error, err)}
	}
	if len(wrong) == 0 {
		return nil
	}
	cause := fmt.Sprintf("%s is not the link that the installed versions ask for", wrong[0])
	if n := len(wrong) - 1; n > 0 {
		cause = fmt.Sprintf("%s and %d more are not the links that the installed versions ask for", wrong[0], n)
	}
	return []doctor.Finding{p.ours(doctor.Error, cause, "set the links right", p.store.Relink)}
}

func (p *patient) lookLeftovers() []doctor.Finding {
	unused := p.store.Unused()
	if len(unused) == 0 {
		return nil
	}
	return []doctor.Finding{p.ours(doctor.Warning, fmt.Sprintf("%s of killed processes take up room, such as %s", plural(len(unused), "leftover"), unused[0]),
		"removed what killed processes had left", p.store.Tidy)}
}

// A glance is what [store.Store.Glance] said of a version.
type glance struct {
	version gover.Version
	receipt *store.Receipt
	err     error
}

// startGlances begins to look at each receipt, and to hash the manifest of the
// version that applies here, which takes as long as all that is looked at
// meanwhile. What it returns waits for the end. The files themselves are for
// --deep.
func (p *patient) startGlances() (wait func() []glance) {
	if p.store == nil {
		return nil
	}
	installed, _ := p.store.Home().Installed() // the check "store" tells what is wrong
	newestFirst(installed)
	glances := make([]glance, len(installed))
	here := p.machine.Version
	ended := forEach(len(installed), func(i int) {
		v := installed[i]
		receipt, err := p.store.Glance(v, v == here)
		glances[i] = glance{v, receipt, err}
	})
	return func() []glance { ended(); return glances }
}

// lookReceipts tells what is wrong with receipts.
func (p *patient) lookReceipts() []doctor.Finding {
	if _, err := p.store.Home().Installed(); err != nil {
		return skipped(err.Error())
	}
	var findings []doctor.Finding
	for _, g := range p.glances() {
		if g.err != nil {
			findings = append(findings, doctor.Finding{Severity: doctor.Error, Cause: fmt.Sprintf("%v: %v", g.version, g.err), Fix: p.repairOf(p.store.Home(), g.version)})
		}
		if r := g.receipt; r != nil && r.Installed.After(p.lastInstalled) {
			p.lastInstalled, p.lastVersion = r.Installed, g.version
		}
	}
	return findings
}

// lookClock finds a clock that is behind what has happened already: this gosw was
// built from a commit, and toolchains were installed.
func (p *patient) lookClock() []doctor.Finding {
	var latest time.Time
	what := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if t, err := time.Parse(time.RFC3339, buildSetting(info, "vcs.time")); err == nil {
			latest, what = t, "gosw was built"
		}
	}
	if p.lastInstalled.After(latest) { // as the receipts have it
		latest, what = p.lastInstalled, p.lastVersion.String()+" was installed"
	}
	if latest.IsZero() {
		return skipped("there is nothing to compare it with")
	}
	now := time.Now()
	if now.Add(time.Hour).After(latest) {
		return nil
	}
	return []doctor.Finding{p.clockFinding(fmt.Sprintf("the clock says %s, but %s at %s: servers are refused because of it, and what is newer counts as older",
		now.UTC().Format(time.DateTime), what, latest.UTC().Format(time.DateTime)))}
}

func (p *patient) clockFinding(cause string) doctor.Finding {
	return doctor.Finding{Severity: doctor.Error, Cause: cause, Fix: p.machine.AsRoot("timedatectl", "set-ntp", "true")}
}
