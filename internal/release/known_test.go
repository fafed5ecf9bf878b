package release

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

// knownFrom makes TestKnown write known.txt anew; see "make known".
var knownFrom = flag.String("known", "", "write known.txt from this copy of https://go.dev/dl/?mode=json&include=all")

func TestKnown(t *testing.T) {
	t.Parallel()
	if *knownFrom != "" {
		writeKnown(t, *knownFrom)
		return
	}
	table, err := parseKnown(knownText)
	if err != nil {
		t.Fatal(err)
	}
	if got := formatKnown(table); got != strings.TrimSpace(withoutComments(knownText))+"\n" {
		t.Errorf("known.txt is not what \"make known\" writes:\n%s", got)
	}
	for _, row := range []struct {
		v, platform string
		want        bool
	}{
		{"1.2.2", "linux/amd64", true},
		{"1.8.4", "linux/arm64", false},
		{"1.8.5", "linux/arm64", true},
		{"1.15.15", "darwin/arm64", false},
		{"1.16beta1", "darwin/arm64", true},
		{"1.4.2", "darwin/386", true},
		{"1.5", "darwin/386", false},
		{"1.5.4", "freebsd/386", false}, // a gap
		{"1.6.4", "freebsd/386", true},
		{"1.23.12", "windows/arm", true},
		{"1.24.0", "windows/arm", false},
		{"1.900.1", "windows/arm", false}, // has ended
		{"1.900.1", "linux/riscv64", true},
		{"1.22.5", "linux/sparc128", false}, // a new one has no old versions
		{"1.900.1", "linux/sparc128", true},
	} {
		p, err := ParsePlatform(row.platform)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.has(parsed(t, row.v), p); got != row.want {
			t.Errorf("%s for %s: %v, want %v", row.v, row.platform, got, row.want)
		}
	}
	if got := len(table.of(Platform{"linux", "arm64"})); got < 300 || got >= len(table.of(Platform{"linux", "amd64"})) {
		t.Errorf("%d versions for linux/arm64", got)
	}
	if list := table.platformsOf(parsed(t, "1.24.1")); !slices.Contains(list, Platform{"openbsd", "riscv64"}) || slices.Contains(list, Platform{"windows", "arm"}) {
		t.Errorf("go1.24.1: %v", list)
	}
}

func TestParsePlatform(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "linux", "linux/", "/amd64", "linux/amd64/v3", "linux/../x", "Linux/amd64", "linux/amd64\n"} {
		if p, err := ParsePlatform(text); err == nil {
			t.Errorf("%q: %v", text, p)
		}
	}
}

func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line[0] != '#' {
			b.WriteString(line)
		}
	}
	return b.String()
}

func formatKnown(table *knownTable) string {
	var b strings.Builder
	line := ""
	for _, v := range table.versions {
		if v.Line() != line {
			line = v.Line()
			fmt.Fprintf(&b, "\ngo%s:", line)
		}
		b.WriteString(" " + gover.Only(v).String())
	}
	b.WriteString("\n")
	for _, p := range table.allPlatforms() {
		fmt.Fprintf(&b, "\n%v:", p)
		for _, s := range table.platforms[p] {
			fmt.Fprintf(&b, " %s-", gover.Only(s.first))
			if !s.last.IsZero() {
				b.WriteString(gover.Only(s.last).String())
			}
		}
	}
	return strings.TrimPrefix(b.String(), "\n") + "\n"
}

// writeKnown makes known.txt. What has no hash counts, too: it is in the module
// proxy.
func writeKnown(t *testing.T, from string) {
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	var releases []dlRelease
	if err := json.Unmarshal(data, &releases); err != nil {
		t.Fatal(err)
	}
	all := make(versionSet)
	has := make(map[Platform]versionSet)
	for _, r := range releases {
		for _, f := range r.Files {
			of, ok := ParseFile(f.Filename)
			v, p := of.Version, of.Platform
			if !ok || f.Kind != "archive" {
				continue
			}
			if has[p] == nil {
				has[p] = make(versionSet)
			}
			all[v], has[p][v] = true, true
		}
	}
	table := &knownTable{versions: all.newestFirst(), platforms: make(map[Platform][]era)}
	for p, versions := range has {
		table.platforms[p] = eras(table.versions, versions)
	}
	const head = `# Go's releases, and the platforms that each line of them had archives for.
# From the index of go.dev/dl; written by "make known".

`
	if err := os.WriteFile("known.txt", []byte(head+formatKnown(table)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// eras returns the runs of the versions in has, oldest first.
func eras(newestFirst []gover.Version, has versionSet) []era {
	var list []era
	open := false
	for _, v := range slices.Backward(newestFirst) {
		switch {
		case has[v] && !open:
			list, open = append(list, era{first: v}), true
			fallthrough
		case has[v]:
			list[len(list)-1].last = v
		default:
			open = false
		}
	}
	if open {
		list[len(list)-1].last = gover.Version{}
	}
	return list
}

// The months of first releases are in gover by hand: a new line in known.txt needs
// its month there.
func TestKnownMonths(t *testing.T) {
	t.Parallel()
	lifecycle := gover.NewLifecycle(KnownVersions())
	for _, v := range KnownVersions() {
		if w := lifecycle.Window(v); w.First == 0 && lifecycle.Of(v) != gover.Prerelease {
			t.Errorf("gover does not know when the first release of %s was", v.Line())
		}
	}
}
