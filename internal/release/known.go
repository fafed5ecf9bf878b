package release

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/gosw/gosw/internal/gover"
)

// knownText has the releases that were out when gosw was built, and for which
// platforms; "make known" writes it.
//
//go:embed known.txt
var knownText string

// A knownTable is what can be told about releases without asking anybody.
type knownTable struct {
	versions  []gover.Version // newest first
	platforms map[Platform][]era
}

// An era is a run of versions that a platform has archives for. The zero last
// means that it goes on.
type era struct{ first, last gover.Version }

func (s era) has(v gover.Version) bool {
	return gover.Compare(s.first, v) <= 0 && (s.last.IsZero() || gover.Compare(v, s.last) <= 0)
}

// builtIn returns the table of this gosw.
var builtIn = sync.OnceValue(func() *knownTable {
	t, err := parseKnown(knownText)
	if err != nil {
		panic(err) // a test reads it, too
	}
	return t
})

// parseKnown reads lines "go1.22: VERSION…", newest first, and lines
// "linux/amd64: FIRST- FIRST-LAST…".
func parseKnown(text string) (*knownTable, error) {
	t := &knownTable{platforms: make(map[Platform][]era)}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		key, rest, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("known releases: %q", line)
		}
		goos, goarch, isPlatform := strings.Cut(key, "/")
		for _, field := range strings.Fields(rest) {
			s, err := parseEra(field)
			if err != nil {
				return nil, fmt.Errorf("known releases: %s: %w", key, err)
			}
			if p := (Platform{goos, goarch}); isPlatform {
				t.platforms[p] = append(t.platforms[p], s)
			} else {
				t.versions = append(t.versions, s.first)
			}
		}
	}
	return t, nil
}

func parseEra(text string) (s era, err error) {
	first, last, _ := strings.Cut(text, "-")
	if s.first, err = gover.Parse(first); err == nil && last != "" {
		s.last, err = gover.Parse(last)
	}
	return s, err
}

// has reports whether there is, or would be by now, an archive of v for p. Of a
// platform that the table does not know that can be told only for its own
// versions: there is none.
func (t *knownTable) has(v gover.Version, p Platform) bool {
	eras, ok := t.platforms[p]
	if !ok {
		return len(t.versions) == 0 || gover.Compare(v, t.versions[0]) > 0
	}
	return slices.ContainsFunc(eras, func(s era) bool { return s.has(v) })
}

// of returns the versions for p, newest first.
func (t *knownTable) of(p Platform) []gover.Version {
	return slices.DeleteFunc(slices.Clone(t.versions), func(v gover.Version) bool { return !t.has(v, p) })
}

// platformsOf returns the platforms of v, sorted; none if the table does not
// know v.
func (t *knownTable) platformsOf(v gover.Version) []Platform {
	if !slices.Contains(t.versions, v) {
		return nil
	}
	return slices.DeleteFunc(t.allPlatforms(), func(p Platform) bool { return !t.has(v, p) })
}

func (t *knownTable) allPlatforms() []Platform {
	return slices.SortedFunc(maps.Keys(t.platforms), comparePlatforms)
}

// KnownVersions returns the releases that were out when this gosw was built,
// for any platform, newest first.
func KnownVersions() []gover.Version { return slices.Clone(builtIn().versions) }

// KnownPlatforms returns the platforms that there were releases for when this
// gosw was built, sorted.
func KnownPlatforms() []Platform { return builtIn().allPlatforms() }

// ParsePlatform reads a platform in the usual form, such as "linux/amd64". It
// does not matter whether there has been a release for it.
func ParsePlatform(text string) (Platform, error) {
	goos, goarch, _ := strings.Cut(text, "/")
	if p := (Platform{goos, goarch}); p.Valid() {
		return p, nil
	}
	return Platform{}, fmt.Errorf("%q is not a platform such as linux/amd64", text)
}
