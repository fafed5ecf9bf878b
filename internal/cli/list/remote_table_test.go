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
		want          string
	}{
		{"all of it", all, 0, `
line  support      newest   older
1.28  prerelease   1.28rc1
1.27  supported    1.27.4*  1.27.3+ 1.27.0
1.26  supported    1.26.1   1.26.0
1.20  end of life  1.20.3   1.20.2+ 1.20.1  1.20.0
1.9   end of life  1.9.1    1.9.0
`},
		{"narrow", "1.20.3^ 1.20.2 1.20.1+ 1.20.0", 45, `
line  support    newest  older
1.20  supported  1.20.3  1.20.2  1.20.1+
                         1.20.0
`},
		{"narrower", "1.20.3^ 1.20.2 1.20.1+ 1.20.0", 25, `
line  newest  older
1.20  1.20.3  1.20.2
              1.20.1+
              1.20.0
`},
		{"too narrow", "1.20.3^ 1.20.2 1.20.1", 17, `
line  releases
1.20  1.20.3
      1.20.2
      1.20.1
`},
		{"without the newest", "1.20.1 1.20.0", 80, `
line  support    older
1.20  supported  1.20.1 1.20.0
`},
		{"none", "", 80, "\n"},
	} {
		got := releaseTable(term.Screen{Width: row.width}, linesOf(t, row.versions))
		if text := "\n" + strings.Join(append(got, ""), "\n"); text != row.want {
			t.Errorf("%s: got%swant%s", row.why, text, row.want)
		}
		for _, line := range got {
			if row.width > 0 && term.Columns(line) > row.width {
				t.Errorf("%s: %d columns: %q", row.why, term.Columns(line), line)
			}
		}
	}
}

// linesOf returns what remoteLines would of versions in the form of [shown].
func linesOf(t *testing.T, text string) []lineJSON {
	t.Helper()
	list := remoteList{shown: shown(t, text)}
	for _, r := range list.shown {
		list.Versions = append(list.Versions, r.Version)
	}
	return remoteLines(list)
}

func TestLineTable(t *testing.T) {
	t.Parallel()
	const (
		decade = "1.27.4^* 1.27.3+ 1.26.1^ 1.25.0^ 1.24.1^+ 1.23.0^ 1.22.3^ 1.21.0^ 1.20.1^ 1.9.7^ 1.8.1^+"
		autumn = 12*2026 + 10 // November 2026
	)
	for _, row := range []struct {
		why, versions string
		width         int
		want          string
	}{
		{"all of it", decade, 80, `
line  support      newest   first release  last fixes  installed
1.27  supported    1.27.4*  2026-08                    1.27.4* 1.27.3+
1.26  supported    1.26.1   2026-02
1.25  end of life  1.25.0   2025-08        2026-08
1.24  end of life  1.24.1+  2025-02        2026-02     1.24.1+
1.23  end of life  1.23.0   2024-08        2025-08
1.22  end of life  1.22.3   2024-02        2025-02
1.21  end of life  1.21.0   2023-08        2024-08
1.20  end of life  1.20.1   2023-02        2024-02
1.8   end of life  1.8.1+   2017-02        2018-02     1.8.1+
`},
		{"narrow", "1.27.4^* 1.26.1^ 1.25.0^", 40, `
line  support      newest   installed
1.27  supported    1.27.4*  1.27.4*
1.26  supported    1.26.1
1.25  end of life  1.25.0
`},
		{"of unknown months", "1.29.1^ 1.28.0^ 1.27.4^ 1.26.1^", 60, `
line  support      newest  first release
1.29  supported    1.29.1
1.28  supported    1.28.0
1.27  end of life  1.27.4  2026-08
1.26  end of life  1.26.1  2026-02
`},
		{"none", "", 80, "\n"},
	} {
		got := lineTable(linesOf(t, row.versions), autumn).Lines(term.Screen{Width: row.width})
		if text := "\n" + strings.Join(append(got, ""), "\n"); text != row.want {
			t.Errorf("%s: got%swant%s", row.why, text, row.want)
		}
	}
}

func TestRemoteLines(t *testing.T) {
	t.Parallel()
	got := linesOf(t, "1.27.4^* 1.27.3+ 1.22.12^ 1.22.5")
	if len(got) != 2 || got[0].Line != "1.27" || got[0].First.String() != "2026-08" || got[0].End != 0 ||
		strings.Join(got[0].installed, " ") != "1.27.4* 1.27.3+" {
		t.Errorf("%+v", got)
	}
	if got[1].Newest.String() != "go1.22.12" || got[1].First.String() != "2024-02" || got[1].End.String() != "2025-02" {
		t.Errorf("%+v", got[1])
	}
}

func TestAgo(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour:       "in the future",
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
