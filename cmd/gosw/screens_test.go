//go:build linux

package main_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/capture"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// updateScreens makes TestScreens write testdata/screens anew.
var updateScreens = flag.Bool("update", false, "write testdata/screens from what is on the screens now")

// screens are the commands that people look at, by the name of their files.
var screens = []struct{ name, command string }{
	{"list", "gosw list"},
	{"list-size", "gosw list --size"},
	{"list-missing", "GO_VERSION=1.25 gosw list"},
	{"list-remote", "gosw list --remote"},
	{"list-remote-line", "gosw list --remote 1.22 1.27"},
	{"outdated", "gosw outdated"},
	{"why", "gosw why"},
	{"why-wrong", "GO_VERSION=1.25 gosw why"},
	{"audit", "gosw audit"},
	{"doctor", "GOROOT=/usr/lib/go gosw doctor"},
	{"size", "gosw size"},
	{"help", "gosw help; gosw help verify"},
	{"error", "GO_VERSION=1.25 gosw current"},
	{"plain", "NO_COLOR=1 gosw list; TERM=dumb gosw outdated; NO_COLOR=1 GO_VERSION=1.25 gosw current"},
}

// TestScreens compares what is on a real terminal with testdata/screens, which "cat"
// shows: at 60, 80 and 120 columns, with colours.
func TestScreens(t *testing.T) {
	t.Parallel()
	s := newScreens(t)
	var group sync.WaitGroup
	for _, width := range []int{60, 80, 120} {
		for _, row := range screens {
			group.Go(func() {
				if screen, err := s.run(width, row.command); err != nil {
					t.Error(err)
				} else {
					s.compare(t, fmt.Sprintf("%s-%d", row.name, width), "$ "+row.command, screen)
				}
			})
		}
	}
	group.Wait()
}

// TestScreensNarrow shows that no row is broken where there is little room. What is
// said on stderr may be.
func TestScreensNarrow(t *testing.T) {
	t.Parallel()
	s := newScreens(t)
	var group sync.WaitGroup
	for _, row := range screens {
		if strings.HasPrefix(row.name, "why") || row.name == "doctor" || row.name == "help" || row.name == "error" { // paths and commands in it are to be copied
			continue
		}
		for _, width := range []int{30, 45, 60, 80} {
			group.Go(func() {
				screen, err := s.run(width, "{ "+row.command+"; } 2>/dev/null")
				if err != nil {
					t.Error(err)
				} else if screen.Broken || len(screen.Lines) == 0 {
					t.Errorf("%s: broken in %d columns:\n%s", row.command, width, textOf(screen))
				}
			})
		}
	}
	group.Wait()
}

// TestScreensProgress looks at two downloads that stop midway, in terminals of several
// widths, and in one that another width is given to.
func TestScreensProgress(t *testing.T) {
	t.Parallel()
	s := newScreens(t)
	server := fetchtest.NewServer(t)
	for version, size := range map[string]int{"1.27.4": 40 << 20, "1.22.12": 30 << 20} {
		if err := server.AddLarge(version, size); err != nil {
			t.Fatal(err)
		}
	}
	midway := regexp.MustCompile(`total .* 36/73 MB, \d+ s left`)
	left := regexp.MustCompile(`\d+ s left`)
	for _, row := range []struct{ first, then int }{{60, 60}, {80, 80}, {120, 120}, {120, 60}, {60, 80}} {
		t.Run(fmt.Sprintf("%d-%d", row.first, row.then), func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			env := []string{
				"HOME=" + home, "LANG=C.UTF-8", "PATH=" + home + "/.local/go/bin:" + programs + ":/usr/bin:/bin",
				"GOPROXY=" + server.Bad("stalled"), "GOSUMDB=" + server.SumDB(), "GOSW_SOURCE=proxy", "GOCOVERDIR=" + coverage,
			}
			w, err := s.Start(row.first, home, env, "printf 'said before\\n'; gosw install 1.27.4 1.22.12")
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			screen, err := w.Until(midway)
			if err == nil && row.then != row.first {
				if err = w.Resize(row.then); err == nil {
					time.Sleep(500 * time.Millisecond)
					screen, err = w.Until(midway)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range screen.Lines {
				for i := range line {
					line[i].Text = left.ReplaceAllString(line[i].Text, "… s left")
				}
			}
			s.compare(t, fmt.Sprintf("progress-%d", row.then), "$ gosw install 1.27.4 1.22.12", screen)
		})
	}
}

// A stage is a user's home with toolchains of all kinds, and a terminal.
type stage struct {
	*capture.Terminal
	home string
	env  []string
}

// newScreens makes the stage once: nothing that is run on it changes it.
func newScreens(t *testing.T) *stage {
	t.Helper()
	s, err := theStage()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var theStage = sync.OnceValues(func() (*stage, error) {
	programs, err := faultPrograms()
	if err != nil {
		return nil, err
	}
	server, err := fetchtest.New(append(slices.Clone(toys), "1.24.3", "1.25.1", "1.25.7")...)
	if err != nil {
		return nil, err
	}
	// Lines are broken by their length, so that of the name must not change.
	home := fmt.Sprintf("/tmp/gosw-screens-%08d", os.Getpid())
	if mount := (unix.Statfs_t{}); unix.Statfs("/tmp", &mount) == nil && mount.Flags&unix.ST_NOATIME != 0 {
		home = fmt.Sprintf("/dev/shm/gosw-scr-%08d", os.Getpid()) // a toolchain's last use is shown
	}
	s := &stage{home: home, env: []string{
		"HOME=" + home, "LANG=C.UTF-8", "PATH=" + home + "/.local/go/bin:" + home + "/bin", "GOSW_NOW=2026-11-25T12:00:00Z",
		"GOPROXY=" + server.Proxy(), "GOSUMDB=" + server.SumDB(), "GOVULNDB=" + server.VulnDB(), "GOSW_DL_URL=" + server.DL(),
	}}
	atEnd = append(atEnd, server.Close, func() { _ = os.RemoveAll(home) })
	if err := s.fill(filepath.Join(programs, "gosw")); err != nil {
		return nil, err
	}
	s.Terminal, err = capture.Start(filepath.Join(home, "tmux"))
	if err == nil {
		atEnd = append(atEnd, s.Close)
	}
	return s, err
})

// fill installs toolchains, of which some were used and one has no record, and pins
// one of them.
func (s *stage) fill(gosw string) error {
	for _, dir := range []string{"src/shop", "bin", "tmux"} {
		if err := os.MkdirAll(filepath.Join(s.home, dir), 0o755); err != nil {
			return err
		}
	}
	for name, program := range map[string]string{"gosw": gosw, "gcc": "/usr/bin/gcc"} {
		if err := os.Symlink(program, filepath.Join(s.home, "bin", name)); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(s.home, "src/shop/.go-version"), []byte("1.22.5\n"), 0o644); err != nil {
		return err
	}
	// One after another: what comes first is shared by what comes next, always.
	for _, args := range []string{
		"install 1.18.10", "install 1.20.14", "install 1.22.5", "install 1.22.12", "install 1.26.11",
		"install 1.27.3", "install 1.27.4", "default 1.27", "audit",
	} {
		cmd := exec.Command(gosw, strings.Fields(args)...)
		cmd.Env, cmd.Dir = s.env, filepath.Join(s.home, "src/shop")
		if out, err := cmd.CombinedOutput(); err != nil && args != "audit" { // which finds something
			return fmt.Errorf("gosw %s: %w\n%s", args, err, out)
		}
	}
	installed := time.Date(2024, 8, 1, 12, 0, 0, 0, time.UTC)
	for version, used := range map[string]string{
		"1.27.4": "2026-11-25", "1.27.3": "2026-11-24", "1.26.11": "2026-11-13", "1.22.12": "2024-08-01",
		"1.22.5": "2026-11-25", "1.20.14": "2026-02-02", "1.18.10": "2024-08-02",
	} {
		last, err := time.Parse(time.DateOnly+" 15", used+" 12")
		if err == nil {
			err = os.Chtimes(filepath.Join(s.home, ".local/go/toolchains/go"+version+"/bin/go"), last, installed)
		}
		if err != nil {
			return err
		}
	}
	return withoutRecord(filepath.Join(s.home, ".local/go/receipts/go1.20.14.json"))
}

// withoutRecord makes a receipt one of an archive that only its SHA-256 has proven.
func withoutRecord(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	receipt := make(map[string]any)
	if err := json.Unmarshal(data, &receipt); err != nil {
		return err
	}
	delete(receipt, "record")
	if data, err = json.Marshal(receipt); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

func (s *stage) run(width int, command string) (capture.Screen, error) {
	return s.Run(width, filepath.Join(s.home, "src/shop"), s.env, command)
}

// sizes are not the same on every file system, nor is how many of doctor's checks
// are for this machine, and where the line with that is broken.
var (
	sizes  = regexp.MustCompile(`[0-9]+\.[0-9] MB`)
	checks = regexp.MustCompile(`(?s); [0-9]+ checks? passed;.*\n\[exit`)
)

// compare compares a screen with its file, and looks at its colours.
func (s *stage) compare(t *testing.T, name, title string, screen capture.Screen) {
	t.Helper()
	text := title + "\n" + textOf(screen) + "[exit " + screen.Exit + "]\n"
	const home = "/tmp/gosw-screens-00000000"
	text = strings.ReplaceAll(text, s.home, home)
	for i := range home { // where a line ends in it
		text = strings.ReplaceAll(text, s.home[:i]+"\n"+s.home[i:], home[:i]+"\n"+home[i:])
	}
	text = sizes.ReplaceAllStringFunc(text, func(size string) string { return strings.Repeat("0", len(size)-5) + ".0 MB" })
	text = checks.ReplaceAllString(text, "…\n[exit")
	checkColours(t, name, screen)
	file := filepath.Join("testdata/screens", name+".ansi")
	if *updateScreens {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Error(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	} else if text != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s\n(\"go test ./cmd/gosw -run Screens -update\" takes it over)", file, text, want)
	}
}

// checkColours makes sure that a screen can be read on a dark and on a light
// background: only colours of the palette, which the terminal's owner has chosen for
// one or the other, and neither of them its black or white, or a background.
func checkColours(t *testing.T, name string, screen capture.Screen) {
	t.Helper()
	coloured := false
	for _, line := range screen.Lines {
		for _, run := range line {
			if !slices.Contains([]string{"", "31", "32", "33", "36"}, run.Colour) || run.Background != "" || run.Reverse {
				t.Errorf("%s: %q in colour %q on %q", name, run.Text, run.Colour, run.Background)
			}
			coloured = coloured || run.Style != capture.Style{}
		}
	}
	if coloured == strings.HasPrefix(name, "plain") {
		t.Errorf("%s: coloured %v", name, coloured)
	}
}

func textOf(screen capture.Screen) string {
	var out strings.Builder
	for _, line := range screen.Lines {
		out.WriteString(line.ANSI() + "\n")
	}
	return out.String()
}
