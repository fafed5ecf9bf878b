package vuln

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func version(t testing.TB, text string) gover.Version {
	t.Helper()
	v, err := gover.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// osv returns a file of the database. Events are "introduced fixed …"; several
// ranges are apart by "|".
func osv(module, events, imports string) []byte {
	var ranges []string
	for text := range strings.SplitSeq(events, "|") {
		var list []string
		for i, v := range strings.Fields(text) {
			list = append(list, fmt.Sprintf(`{%q:%q}`, []string{"introduced", "fixed"}[i%2], v))
		}
		ranges = append(ranges, `{"type":"SEMVER","events":[`+strings.Join(list, ",")+`]}`)
	}
	return fmt.Appendf(nil, `{"id":"GO-1","summary":"s","affected":[{"package":{"name":%q},"ranges":[%s],"ecosystem_specific":{"imports":[%s]}}]}`,
		module, strings.Join(ranges, ","), imports)
}

func TestNameOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"go1": "v1.0.0", "go1.0.1": "v1.0.1", "go1.20": "v1.20.0", "go1.20rc3": "v1.20.0-rc.3", "go1.18beta2": "v1.18.0-beta.2",
		"go1.21.0": "v1.21.0", "go1.27rc10": "v1.27.0-rc.10", "go1.22.12": "v1.22.12",
	} {
		v := version(t, text)
		if got := nameOf(v); got != want {
			t.Errorf("nameOf(%s) = %s, want %s", text, got, want)
		}
		if again, ok := release(want); !ok || again != v {
			t.Errorf("release(%s) = %v, %v, want %s", want, again, ok, text)
		}
	}
	for _, text := range []string{"0", "", "1.22.0-0", "1.22", "0.0.0-20200124225646-8b5121be2f68", "1.22.3-rc.1", "2.0.0", "1.22.0-alpha.1"} {
		if v, ok := release(text); ok {
			t.Errorf("release(%q) = %v", text, v)
		}
	}
}

// TestAffects has a row for each rule of govulncheck's own affected-version logic.
func TestAffects(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ why, events, affected, sound string }{
		{"two lines", "0 1.21.8 1.22.0-0 1.22.1", "1 1.20.14 1.21.0 1.21.7 1.21rc2 1.22rc1 1.22.0", "1.21.8 1.21.13 1.22.1 1.22.12 1.23rc1"},
		{"no fix", "1.20.0", "1.20.0 1.20.1 1.27.4", "1.19.13 1.20rc1"},
		{"the zeroth candidate begins a line", "1.22.0-0", "1.22rc1 1.22beta1", "1.21.13"},
		{"fixed in a candidate", "1.24.0-0 1.24.0-rc.2", "1.24rc1", "1.24rc2 1.24rc10 1.24.0"},
		{"candidates in the order of numbers", "1.24.0-rc.2 1.24.0-rc.10", "1.24rc2 1.24rc9", "1.24rc1 1.24rc10"},
		{"events in any order", "1.22.0-0 1.22.1 0 1.21.8", "1.21.7 1.22.0", "1.21.8 1.22.1"},
		{"introduced twice", "0 1.21.0 1.20.0 1.22.0", "1.19.1 1.20.5", "1.21.0 1.22.0"},
		{"two ranges", "0 1.19.2|1.21.0 1.21.3", "1.19.1 1.21.2", "1.19.2 1.20.14 1.21.3"},
		{"a range without events", "", "1.0.1 1.27.4", ""},
		{"fixed first", "1.0.0-0 1.1.0", "1 1.0.3", "1.1 1.1.1"},
		{"prefixes", "v1.20.0 go1.21.0", "1.20.1", "1.21.0"},
	} {
		e, err := parseEntry(osv("stdlib", row.events, ""), "GO-1")
		if err != nil {
			t.Errorf("%s: %v", row.why, err)
			continue
		}
		for want, list := range map[bool]string{true: row.affected, false: row.sound} {
			for text := range strings.FieldsSeq(list) {
				if got := e.affects(nameOf(version(t, text)), "linux", "amd64"); got != want {
					t.Errorf("%s: %s: %v, want %v", row.why, text, got, want)
				}
			}
		}
	}
}

func TestAffectsOther(t *testing.T) {
	t.Parallel()
	windows := `{"path":"os","goos":["windows"]}`
	arm := `{"path":"crypto","goarch":["arm64","ppc64"]}`
	for _, row := range []struct {
		why, file, goos, goarch string
		want                    bool
	}{
		{"another system", string(osv("stdlib", "0", windows)), "linux", "amd64", false},
		{"that system", string(osv("stdlib", "0", windows)), "windows", "amd64", true},
		{"any system", string(osv("stdlib", "0", windows)), "", "", true},
		{"one of the packages", string(osv("stdlib", "0", windows+`,{"path":"net"}`)), "linux", "amd64", true},
		{"another processor", string(osv("stdlib", "0", arm)), "linux", "amd64", false},
		{"that processor", string(osv("stdlib", "0", arm)), "linux", "ppc64", true},
		{"withdrawn", `{"id":"GO-1","withdrawn":"2020-01-02T03:04:05Z","affected":[{"package":{"name":"stdlib"}}]}`, "", "", false},
		{"to be withdrawn", `{"id":"GO-1","withdrawn":"2920-01-02T03:04:05Z","affected":[{"package":{"name":"stdlib"}}]}`, "", "", true},
		{"no ranges", `{"id":"GO-1","affected":[{"package":{"name":"toolchain"}}]}`, "", "", true},
		{"no range of versions", `{"id":"GO-1","affected":[{"package":{"name":"stdlib"},"ranges":[{"type":"GIT","events":[{"introduced":"0"},{"fixed":"aa"}]}]}]}`, "", "", true},
		{"a range of commits beside one of versions", `{"id":"GO-1","affected":[{"package":{"name":"stdlib"},"ranges":[{"type":"GIT"},{"type":"SEMVER","events":[{"introduced":"1.23.0"}]}]}]}`, "", "", false},
	} {
		e, err := parseEntry([]byte(row.file), "GO-1")
		if err != nil || e.affects(nameOf(version(t, "1.22.5")), row.goos, row.goarch) != row.want {
			t.Errorf("%s: %v, want %v", row.why, err, row.want)
		}
	}
}

func TestModulesAndPackages(t *testing.T) {
	t.Parallel()
	e, err := parseEntry([]byte(`{"id":"GO-1","affected":[
		{"package":{"name":"toolchain"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"ecosystem_specific":{"imports":[{"path":"cmd/go"}]}},
		{"package":{"name":"golang.org/x/mod"}},
		{"package":{"name":"stdlib"},"ecosystem_specific":{"imports":[{"path":"os","goos":["windows"]},{"path":"net"},{"path":"net"}]}},
		{"package":{"name":"stdlib"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.30.0"}]}],"ecosystem_specific":{"imports":[{"path":"html"}]}}]}`), "GO-1")
	if err != nil {
		t.Fatal(err)
	}
	v := version(t, "1.22.5")
	modules, packages := e.In(v, "linux", "amd64")
	if !slices.Equal(modules, []string{"stdlib", "toolchain"}) {
		t.Errorf("modules: %q", modules)
	}
	if !slices.Equal(packages, []string{"cmd/go", "net"}) {
		t.Errorf("packages: %q", packages)
	}
}

func TestFix(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ why, events, of, inLine, any string }{
		{"in the line", "0 1.21.8 1.22.0-0 1.22.1", "1.21.3", "go1.21.8", "go1.21.8"},
		{"the line has ended", "0 1.21.8 1.22.0-0 1.22.1", "1.20.14", "", "go1.21.8"},
		{"a candidate", "0 1.23.9 1.24.0-0 1.24.0-rc.2", "1.24rc1", "go1.24rc2", "go1.24rc2"},
		{"the release before Go 1.21", "0 1.20.0", "1.20rc1", "go1.20", "go1.20"},
		{"fixed twice", "0 1.22.3 1.22.4 1.22.6", "1.22.2", "go1.22.3", "go1.22.3"},
		{"broken again at once", "0 1.22.3|1.22.3 1.22.6", "1.22.2", "go1.22.6", "go1.22.6"},
		{"no fix", "1.20.0", "1.22.2", "", ""},
		{"what fixes is no release", "0 1.22.0-0", "1.21.3", "", ""},
	} {
		e, err := parseEntry(osv("stdlib", row.events, ""), "GO-1")
		if err != nil {
			t.Fatal(err)
		}
		fixes := e.Fixes("", "")
		inLine, _ := fixes.After(version(t, row.of), true)
		first, ok := fixes.After(version(t, row.of), false)
		if inLine.String() != row.inLine || first.String() != row.any || ok != (row.any != "") {
			t.Errorf("%s: %v, %v, want %s, %s", row.why, inLine, first, row.inLine, row.any)
		}
	}
}

func TestParseEntryErrors(t *testing.T) {
	t.Parallel()
	affected := func(ranges string) string {
		return `{"id":"GO-1","affected":[{"package":{"name":"stdlib"},"ranges":` + ranges + `}]}`
	}
	for _, row := range []struct{ file, want string }{
		{"", "broken JSON"},
		{"<html>", "broken JSON"},
		{affected(`[]`)[:30], "broken JSON"},
		{affected(`[]`) + "{}", "broken JSON"},
		{`[]`, `it is not a JSON array`},
		{`{"id":"GO-1","summary":7}`, `"summary" is not a JSON number`},
		{`{"id":"GO-1","modified":"yesterday"}`, "a value of the wrong form"},
		{`{"id":"GO-2"}`, `it has the ID "GO-2"`},
		{`{"id":"GO-1\u001b[2J"}`, `it has the ID "GO-1 [2J"`},
		{`{"id":"GO-1"}`, "it is not about Go's own modules"},
		{`{"id":"GO-1","affected":[{"package":{"name":"golang.org/x/net"}}]}`, "it is not about Go's own modules"},
		{affected(`[{"type":"SEMVER","events":[{"introduced":"0","fixed":"1.2.3"}]}]`), "an event that is not either introduced or fixed"},
		{affected(`[{"type":"SEMVER","events":[{"last_affected":"1.2.3"}]}]`), "an event that is not either introduced or fixed"},
		{affected(`[{"type":"SEMVER","events":[{"introduced":"yesterday"}]}]`), `"yesterday" is not a version`},
		{affected(`[{"type":"SEMVER","events":[{"fixed":"0"}]}]`), ""},
		{affected(`[{"type":"SEMVER","events":[{"introduced":"1.2.3+` + strings.Repeat("x", 200) + `"}]}]`), "is not a version"},
		{string(osv("stdlib", "0", strings.Repeat(`{"path":"a"},`, 1000)+`{"path":"a"}`)), "more than 1000 packages"},
	} {
		e, err := parseEntry([]byte(row.file), "GO-1")
		if row.want == "" {
			if err != nil || e == nil {
				t.Errorf("%.80s: %v", row.file, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), row.want) || len(err.Error()) > 200 {
			t.Errorf("%.80s: %v, want %s", row.file, err, row.want)
		}
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	aliases, err := json.Marshal(append([]string{"CVE-1\x1b[31m", "../x", "CVE-2024-1", ""}, slices.Repeat([]string{"A-1"}, 100)...))
	if err != nil {
		t.Fatal(err)
	}
	e, err := parseEntry(fmt.Appendf(nil, `{"id":"GO-1","aliases":%s,"summary":"a\u001b[2J\r\n\u202eb\u0000%s","affected":[{"package":{"name":"stdlib"},
		"ecosystem_specific":{"imports":[{"path":"x\u0007y","goos":["linux\n"]}]}}]}`, aliases, strings.Repeat("é", 1000)), "GO-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := []rune(e.Summary); len(got) != maxSummary || !strings.HasPrefix(e.Summary, "a [2J b éé") || got[len(got)-1] != '…' {
		t.Errorf("summary: %q", e.Summary)
	}
	if len(e.Aliases) != maxAliases || e.Aliases[0] != "CVE-2024-1" {
		t.Errorf("aliases: %q", e.Aliases)
	}
	if p := e.Affected[0].Packages[0]; p.Path != "x y" || p.GOOS[0] != "linux" {
		t.Errorf("package: %q", p)
	}
	for id, want := range map[string]bool{
		"GO-2024-2598": true, "ACME_1.2": true, "": false, "a/b": false, "..": false, "a..b": false, ".a": false, "-a": false,
		"a\\b": false, "a b": false, "GO-1\n": false, "é": false, strings.Repeat("a", 101): false,
	} {
		if validID(id) != want {
			t.Errorf("validID(%q) is not %v", id, want)
		}
	}
}

// FuzzOSV checks that whatever is read has harmless text, and is decided for
// every version without end or panic.
func FuzzOSV(f *testing.F) {
	f.Add(osv("stdlib", "0 1.21.8 1.22.0-0 1.22.1", `{"path":"net","goos":["linux"]}`))
	f.Add(osv("toolchain", "1.24.0-rc.2 1.24.0-rc.10|0", ""))
	f.Add([]byte(`{"id":"GO-1","withdrawn":"2020-01-02T03:04:05Z","aliases":["CVE-1"],"affected":[{"package":{"name":"stdlib"}}]}`))
	f.Add([]byte(`{"id":"GO-1","summary":"\u001b[2J","affected":[null,{"package":null,"ranges":[null]}]}`))
	var versions []gover.Version
	for text := range strings.FieldsSeq("1 1.20.0 1.21rc2 1.21.7 1.22.0 1.24rc9 1.27.4") {
		versions = append(versions, version(f, text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data, "GO-1")
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("%q", err)
			}
			return
		}
		if cleanLine(e.Summary) != e.Summary || len(e.Affected) == 0 || len(e.Aliases) > maxAliases {
			t.Errorf("%+v", e)
		}
		saved, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var again Entry
		if err := json.Unmarshal(saved, &again); err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			affected := e.affects(nameOf(v), "linux", "amd64")
			if again.affects(nameOf(v), "linux", "amd64") != affected || affected && !e.affects(nameOf(v), "", "") {
				t.Errorf("%v: %v", v, affected)
			}
			if fix, ok := e.Fixes("linux", "amd64").After(v, false); ok && (gover.Compare(fix, v) <= 0 || e.affects(nameOf(fix), "linux", "amd64")) {
				t.Errorf("%v is fixed by %v", v, fix)
			}
		}
	})
}
