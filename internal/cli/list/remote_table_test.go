package list

import (
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/cli/term"
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
		width         int
		want, marks   string
	}{
		{"all of it", all, 0, `
line  support      newest   older
1.28  prerelease   1.28rc1
1.27  supported    1.27.4*  1.27.3+ 1.27.0
1.26  supported    1.26.1   1.26.0
1.20  end of life  1.20.3   1.20.2+ 1.20.1  1.20.0
1.9   end of life  1.9.1    1.9.0
`, "* applies here, + installed"},
		{"narrow", "1.20.3^ 1.20.2 1.20.1+ 1.20.0", 45, `
line  support    newest  older
1.20  supported  1.20.3  1.20.2  1.20.1+
                         1.20.0
`, "+ installed"},
		{"narrower", "1.20.3^ 1.20.2 1.20.1+ 1.20.0", 25, `
line  newest  older
1.20  1.20.3  1.20.2
              1.20.1+
              1.20.0
`, "+ installed"},
		{"too narrow", "1.20.3^ 1.20.2 1.20.1", 17, `
line  releases
1.20  1.20.3
      1.20.2
      1.20.1
`, ""},
		{"without the newest", "1.20.1 1.20.0", 80, `
line  support    older
1.20  supported  1.20.1 1.20.0
`, ""},
		{"none", "", 80, "\n", ""},
	} {
		rows, marks := releaseRows(shown(t, row.versions))
		got := releaseTable(term.Screen{Width: row.width}, rows)
		if text := "\n" + strings.Join(append(got, ""), "\n"); text != row.want || marks != row.marks {
			t.Errorf("%s: got%s%s\nwant%s%s", row.why, text, marks, row.want, row.marks)
		}
		for _, line := range got {
			if row.width > 0 && term.Columns(line) > row.width {
				t.Errorf("%s: %d columns: %q", row.why, term.Columns(line), line)
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
		if got := term.Ago(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
