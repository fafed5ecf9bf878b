package list

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/cli/term"
)

// lines returns what remoteLines would of versions in the form of [shown], each the
// newest of its line.
func linesOf(t *testing.T, text string) []lineJSON {
	t.Helper()
	list := remoteList{shown: shown(t, text)}
	for _, r := range list.shown {
		list.Versions = append(list.Versions, r.Version)
	}
	return remoteLines(list)
}

const (
	decade = "1.27.4^* 1.27.3+ 1.26.1^ 1.25.0^ 1.24.1^+ 1.23.0^ 1.22.3^ 1.21.0^ 1.20.1^"
	autumn = 12*2026 + 10 // November 2026
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, versions string
		screen        term.Screen
		want          string
	}{
		{"as it is", decade + " 1.9.7^ 1.8.1^+", term.Screen{Width: 60, Unicode: true}, `
line         2024   2025   2026       newest  installed
1.27*        ·      ·      ·   ━━━╍▸  1.27.4  1.27.4* 1.27.3
1.26         ·      ·      ·━━━━━━╍▸  1.26.1
1.25         ·      ·   ───────  │·   1.25.0
1.24+        ·      ·───────     │·   1.24.1  1.24.1
1.23         ·   ───────   ·     │·   1.23.0
1.22         ·───────      ·     │·   1.22.3
1.21      ───────   ·      ·     │·   1.21.0
1.20   ───────      ·      ·     │·   1.20.1
1.8+   ◂ until 2018-02     ·     │·   1.8.1   1.8.1

━ gets fixes   ╍ until two newer lines are out   ─ got fixes
│ today   * applies here   + installed
`},
		{"in ASCII, as wide as is of use", decade, term.Screen{Width: 200}, `
line                         2024                    2025                    2026                    2027  newest  installed
1.27*                        .                       .                       .             =======~~~~~~>  1.27.4  1.27.4* 1.27.3
1.26                         .                       .                       . ===================~~~~~~>  1.26.1
1.25                         .                       .             ------------------------      |   .     1.25.0
1.24+                        .                       . ------------------------                  |   .     1.24.1  1.24.1
1.23                         .             ------------------------          .                   |   .     1.23.0
1.22                         . ------------------------                      .                   |   .     1.22.3
1.21               ------------------------          .                       .                   |   .     1.21.0
1.20   ------------------------                      .                       .                   |   .     1.20.1

= gets fixes   ~ until two newer lines are out   - got fixes   | today   * applies here   + installed
`},
		{"no room for what is installed", decade, term.Screen{Width: 40, Unicode: true}, `
line        2024  2025  2026      newest
1.27*       ·     ·     ·   ━━╍▸  1.27.4
1.26        ·     ·     ·━━━━━╍▸  1.26.1
1.25        ·     ·   ────── │·   1.25.0
1.24+       ·     ·──────    │·   1.24.1
1.23        ·   ──────  ·    │·   1.23.0
1.22        ·──────     ·    │·   1.22.3
1.21      ──────  ·     ·    │·   1.21.0
1.20   ──────     ·     ·    │·   1.20.1

━ gets fixes
╍ until two newer lines are out
─ got fixes   │ today   * applies here
+ installed
`},
		{"no room for a plot", decade, term.Screen{Width: 30}, `
line   support      newest
1.27*  supported    1.27.4
1.26   supported    1.26.1
1.25   end of life  1.25.0
1.24+  end of life  1.24.1
1.23   end of life  1.23.0
1.22   end of life  1.22.3
1.21   end of life  1.21.0
1.20   end of life  1.20.1

* applies here   + installed
`},
		{"of unknown months", "1.29.1^ 1.28.0^ 1.27.4^ 1.26.1^", term.Screen{Width: 60, Unicode: true}, `
line      2026                    2027  newest
1.29      ·                  ?━╍╍╍╍╍╍▸  1.29.1
1.28      ·                  ?━╍╍╍╍╍╍▸  1.28.0
1.27      ·             ─?    │   ·     1.27.4
1.26      · ─────────────?    │   ·     1.26.1

━ gets fixes   ╍ until two newer lines are out   ─ got fixes
│ today
`},
	} {
		got := "\n" + strings.Join(append(drawTimeline(row.screen, linesOf(t, row.versions), autumn), ""), "\n")
		if got != row.want {
			t.Errorf("%s: got%s\nwant%s", row.why, got, row.want)
		}
	}
}

// However wide the screen is, no row is broken, and each line is named.
func TestTimelineWidths(t *testing.T) {
	t.Parallel()
	all := linesOf(t, decade+" 1.9.7^ 1.8.1^+")
	for width := 20; width <= 200; width++ {
		s := term.Screen{Width: width, Unicode: width%2 == 0, Colour: true}
		text := drawTimeline(s, all, autumn)
		for i, line := range text {
			if visible(line) > width && i <= len(all) {
				t.Errorf("%d columns: %d in %q", width, visible(line), line)
			}
		}
		for _, line := range []string{"1.27*", "1.26", "1.24+", "1.20", "1.8+"} {
			if !strings.Contains(strings.Join(text, "\n"), line) {
				t.Errorf("%d columns: no %s in\n%s", width, line, strings.Join(text, "\n"))
			}
		}
	}
}

func TestFitWords(t *testing.T) {
	t.Parallel()
	words := []string{"1.27.4*", "1.27.3", "1.27.2"}
	for width, want := range map[int]string{30: "1.27.4* 1.27.3 1.27.2", 21: "1.27.4* 1.27.3 1.27.2", 20: "1.27.4* 2 more", 3: "1.27.4* 2 more"} {
		if got := fitWords(words, width); got != want {
			t.Errorf("%d: %q, want %q", width, got, want)
		}
	}
	if got := fitWords(nil, 9); got != "" {
		t.Errorf("of none: %q", got)
	}
}

func TestRemoteLines(t *testing.T) {
	t.Parallel()
	got := linesOf(t, "1.27.4^* 1.27.3+ 1.22.12^ 1.22.5")
	if len(got) != 2 || got[0].Line != "1.27" || got[0].First.String() != "2026-08" || got[0].End != 0 || !got[0].active ||
		strings.Join(got[0].installed, " ") != "1.27.4* 1.27.3" {
		t.Errorf("%+v", got)
	}
	if got[1].Newest.String() != "go1.22.12" || got[1].First.String() != "2024-02" || got[1].End.String() != "2025-02" {
		t.Errorf("%+v", got[1])
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// visible is how many columns a line takes with its codes.
func visible(line string) int { return term.Columns(sgr.ReplaceAllString(line, "")) }
