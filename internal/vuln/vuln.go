// Package vuln knows which releases of Go have known vulnerabilities: it reads
// what the Go vulnerability database has for the standard library and for the
// toolchain, and decides which of it affects a release as govulncheck does.
//
// The format is that of https://go.dev/security/vuln/database#api. The package
// never uses the network: a [Source] brings the files of the database. What they
// say is made fit for a terminal as it is read.
package vuln

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"github.com/gosw/gosw/internal/gover"
)

// isGo reports whether a module of the database stands for a release of Go: its
// standard library, which concerns what is built, or the go command and its tools,
// which concern who builds.
func isGo(module string) bool { return module == "stdlib" || module == "toolchain" }

// An Entry is one vulnerability, as far as it is about releases of Go.
type Entry struct {
	ID        string     `json:"id"` // such as "GO-2024-2598", safe in a path
	Modified  time.Time  `json:"modified"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
	Aliases   []string   `json:"aliases,omitempty"` // such as "CVE-2024-24783"
	Summary   string     `json:"summary"`           // one line
	Affected  []Affected `json:"affected"`          // at least one
}

// Affected says which versions of a module have a vulnerability.
type Affected struct {
	Module   string    `json:"module"`             // "stdlib" or "toolchain"
	Ranges   []Range   `json:"ranges,omitempty"`   // none is all versions
	Packages []Package `json:"packages,omitempty"` // none is all packages
}

// A Range is a run of intervals; without events it is all versions.
type Range struct {
	Events []Event `json:"events,omitempty"` // in the order of versions
}

// An Event has one of its fields set: the version from which, or up to which, a
// vulnerability is there, in the form of [nameOf].
type Event struct {
	Introduced string `json:"introduced,omitempty"` // "0" is the beginning
	Fixed      string `json:"fixed,omitempty"`
}

// A Package is one that is vulnerable, on the platforms that it names.
type Package struct {
	Path   string   `json:"path"`
	GOOS   []string `json:"goos,omitempty"`   // none is all
	GOARCH []string `json:"goarch,omitempty"` // none is all
}

// nameOf returns the name that the database has for a release, such as
// "v1.22.0-rc.1" for go1.22rc1.
func nameOf(v gover.Version) string { return "v" + v.Semver() }

// release returns the release that a version of the database names. Some of
// them, such as "1.22.0-0", name none.
func release(text string) (gover.Version, bool) {
	number, pre, isPre := strings.Cut(strings.TrimPrefix(text, "v"), "-")
	if isPre {
		kind, serial, ok := strings.Cut(pre, ".")
		if !ok || !strings.HasSuffix(number, ".0") {
			return gover.Version{}, false
		}
		number = strings.TrimSuffix(number, ".0") + kind + serial
	}
	v, err := gover.Parse(number)
	return v, err == nil
}

// affects reports whether a version, in the form of [nameOf], has the vulnerability
// when programs for the given platform are built with it; an empty GOOS or GOARCH
// stands for all. It decides as govulncheck does.
func (e *Entry) affects(version, goos, goarch string) bool {
	withdrawn := e.Withdrawn != nil && e.Withdrawn.Before(time.Now())
	return !withdrawn && slices.ContainsFunc(e.Affected, func(a Affected) bool { return a.hits(version, goos, goarch) })
}

// In returns the modules of v that have the vulnerability, none if it does not
// affect v, see [Database.Affecting]; and the import paths that are vulnerable in it,
// of which there may be none because nobody knows which. Both are sorted.
func (e *Entry) In(v gover.Version, goos, goarch string) (modules, packages []string) {
	version := nameOf(v)
	for _, a := range e.Affected {
		if !e.affects(version, goos, goarch) || !a.hits(version, goos, goarch) {
			continue
		}
		modules = append(modules, a.Module)
		for _, p := range a.Packages {
			if p.concerns(goos, goarch) {
				packages = append(packages, p.Path)
			}
		}
	}
	slices.Sort(modules)
	slices.Sort(packages)
	return slices.Compact(modules), slices.Compact(packages)
}

// Fixes are the releases that fix a vulnerability on a platform, in order. They
// are the same for all versions that have it.
type Fixes []gover.Version

// Fixes returns those of the database's entry.
func (e *Entry) Fixes(goos, goarch string) (fixes Fixes) {
	for _, a := range e.Affected {
		for _, r := range a.Ranges {
			for _, event := range r.Events {
				if v, ok := release(event.Fixed); ok && !e.affects(event.Fixed, goos, goarch) {
					fixes = append(fixes, v)
				}
			}
		}
	}
	slices.SortFunc(fixes, gover.Compare)
	return slices.Compact(fixes)
}

// After returns the first release after v that no longer has the vulnerability:
// of the line of v if inLine is set, else of any.
func (f Fixes) After(v gover.Version, inLine bool) (gover.Version, bool) {
	minor := v.Minor()
	for _, fix := range f {
		if (!inLine || fix.Minor() == minor) && gover.Compare(fix, v) > 0 {
			return fix, true
		}
	}
	return gover.Version{}, false
}

// hits reports whether a version is affected on a platform. A vulnerability without
// ranges is in every version.
func (a *Affected) hits(version, goos, goarch string) bool {
	return (len(a.Ranges) == 0 || slices.ContainsFunc(a.Ranges, func(r Range) bool { return r.contains(version) })) &&
		(len(a.Packages) == 0 || slices.ContainsFunc(a.Packages, func(p Package) bool { return p.concerns(goos, goarch) }))
}

func (p *Package) concerns(goos, goarch string) bool {
	return (goos == "" || len(p.GOOS) == 0 || slices.Contains(p.GOOS, goos)) &&
		(goarch == "" || len(p.GOARCH) == 0 || slices.Contains(p.GOARCH, goarch))
}

// contains walks over the events: intervals begin with what introduces and end
// before what fixes.
func (r Range) contains(version string) bool {
	if len(r.Events) == 0 {
		return true
	}
	affected := false
	for _, e := range r.Events {
		if !affected && e.Introduced != "" {
			affected = e.Introduced == "0" || semver.Compare(version, e.Introduced) >= 0
		} else if affected && e.Fixed != "" {
			affected = semver.Compare(version, e.Fixed) < 0
		}
	}
	return affected
}

// sort puts the events into the order of versions, "0", which to semver is no
// version, first.
func (r Range) sort() {
	slices.SortStableFunc(r.Events, func(a, b Event) int { return semver.Compare(a.Introduced+a.Fixed, b.Introduced+b.Fixed) })
}

// canonical puts "v" before a version, whether it has that, "go" or nothing: those
// are what govulncheck takes. "0", and none, stay.
func canonical(text string) string {
	if text == "" || text == "0" {
		return text
	}
	return "v" + strings.TrimPrefix(strings.TrimPrefix(text, "v"), "go")
}
