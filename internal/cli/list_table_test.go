package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/gover"
)

// shown returns what describe would of versions; "+" and "*" mark them, and
// "^" is the newest of a line.
func shown(t *testing.T, text string) []releaseJSON {
	t.Helper()
	var list []releaseJSON
	var versions []gover.Version
	for _, word := range strings.Fields(text) {
		v, err := gover.Parse(strings.TrimRight(word, "+*^"))
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, v)
		list = append(list, releaseJSON{Version: v, Stable: !v.IsPrerelease(), Line: v.Line(),
			Newest: strings.Contains(word, "^"), Installed: strings.ContainsAny(word, "+*"), Active: strings.Contains(word, "*")})
	}
	lifecycle := gover.NewLifecycle(versions)
	for i, v := range versions {
		list[i].lineSupport = lifecycle.Of(v)
	}
	return list
}

func TestReleaseTable(t *testing.T) {
	t.Parallel()
	all := "1.28rc1^ 1.27.4^* 1.27.3+ 1.27.0 1.26.1^ 1.26.0 1.20.3^ 1.20.2+ 1.20.1 1.20.0 1.9.1^ 1.9.0"
	for _, row := range []struct {
		why, versions string
		brief         bool
		width         int
		want, marks   string
	}{
		{"all of it", all, false, 0, `
line  state        newest   older
1.28  prerelease   1.28rc1
1.27  supported    1.27.4*  1.27.3+ 1.27.0
1.26  supported    1.26.1   1.26.0
1.20  end of life  1.20.3   1.20.2+ 1.20.1  1.20.0
1.9   end of life  1.9.1    1.9.0
`, "* applies here, + installed"},
		{"brief", all, true, 0, `
line  state        newest   older
1.28  prerelease   1.28rc1
1.27  supported    1.27.4*  1.27.3+ 1.27.0
1.26  supported    1.26.1   1.26.0
1.20  end of life  1.20.3   1.20.2+ 2 more
1.9   end of life  1.9.1    1 more
`, "* applies here, + installed"},
		{"narrow", "1.20.3^ 1.20.2 1.20.1+ 1.20.0", false, 45, `
line  state      newest  older
1.20  supported  1.20.3  1.20.2  1.20.1+
                         1.20.0
`, "+ installed"},
		{"too narrow", "1.20.3^ 1.20.2 1.20.1", false, 10, `
line  state      newest  older
1.20  supported  1.20.3  1.20.2
                         1.20.1
`, ""},
		{"without the newest", "1.20.1 1.20.0", false, 80, `
line  state      newest  older
1.20  supported          1.20.1 1.20.0
`, ""},
		{"none", "", false, 80, "\nline  state  newest  older\n", ""},
	} {
		rows, marks := tableRows(shown(t, row.versions), row.brief)
		got := formatTable(rows, row.width)
		if want := strings.Split(strings.Trim(row.want, "\n"), "\n"); !slices.Equal(got, want) || marks != row.marks {
			t.Errorf("%s: got\n%s\n%s\nwant%s%s", row.why, strings.Join(got, "\n"), marks, row.want, row.marks)
		}
		for _, line := range got {
			if row.width >= 40 && len(line) > row.width {
				t.Errorf("%s: %d columns: %q", row.why, len(line), line)
			}
		}
	}
}

func TestAgo(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour:       "at a time that is still to come",
		time.Minute:      "just now",
		10 * time.Minute: "10 minutes ago",
		3 * time.Hour:    "3 hours ago",
		47 * time.Hour:   "47 hours ago",
		289 * time.Hour:  "12 days ago",
	} {
		if got := ago(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
