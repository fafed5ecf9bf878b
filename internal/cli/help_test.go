package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/term"
)

// TestHelp holds the texts of help to their form: short, and as wide as the terminal.
func TestHelp(t *testing.T) {
	t.Parallel()
	eachCommand(func(cmd *cobra.Command) {
		name := cmd.CommandPath()
		if len(cmd.Short) > 50 && cmd.HasParent() || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: %q has more than 50 characters, or is a sentence", name, cmd.Short)
		}
		if n := len(strings.Split(cmd.Example, "\n")); n != 2 && (n != 1 || cmd.LocalFlags().HasAvailableFlags()) {
			t.Errorf("%s: %d examples", name, n)
		}
		cmd.InitDefaultHelpFlag()
		for _, width := range []int{60, 80} {
			for _, line := range helpLines(term.Screen{Width: width}, cmd, nil) {
				if term.Columns(line) > width {
					t.Errorf("%s: wider than %d: %s", name, width, line)
				}
			}
		}
		text, _, _ := strings.Cut(strings.Join(helpLines(term.Screen{Width: 80}, cmd, nil), "\n"), "\n\nUsage:")
		if n := strings.Count(text, "\n") + 1; cmd.HasParent() && n > 12 {
			t.Errorf("%s: %d lines before the flags", name, n)
		}
	})
}

// TestHelpWide has words of several widths in a help text. They are counted in
// columns, and none is cut.
func TestHelpWide(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{Use: "x", Long: strings.Repeat("日本語 e\u0301a\u0301 ", 9) + strings.Repeat("x", 40)}
	lines := helpLines(term.Screen{Width: 30}, cmd, nil)
	if got := strings.Join(strings.Fields(strings.Join(lines, " ")), " "); !strings.HasPrefix(got, cmd.Long) {
		t.Errorf("the text is %q", got)
	}
	for _, line := range lines[:2] {
		if w := term.Columns(line); w > 30 || w < 20 {
			t.Errorf("%d columns: %q", w, line)
		}
	}
}

// TestExamples gives each example to bash, and what it then calls gosw with to the
// real commands, up to where they would start.
func TestExamples(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if runtime.GOOS == "windows" && err != nil {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	const stubs = `gosw() { printf '%s\0' "$@" end; } >>"$CALLS"; go() { echo /x; }; direnv() { :; }; `
	eachCommand(func(cmd *cobra.Command) {
		for example := range strings.Lines(cmd.Example) {
			calls := filepath.Join(t.TempDir(), "calls")
			sh := exec.Command(bash, "-euc", stubs+example)
			sh.Dir, sh.Env = filepath.Dir(calls), append(os.Environ(), "CALLS="+calls)
			out, err := sh.CombinedOutput()
			if err != nil {
				t.Errorf("%s: %v\n%s", example, err, out)
			}
			data, _ := os.ReadFile(calls)
			if len(data) == 0 && !strings.HasPrefix(strings.TrimSpace(example), "echo") {
				t.Errorf("%s: it calls no gosw", example)
			}
			for call := range strings.SplitSeq(strings.TrimSuffix(string(data), "end\x00"), "end\x00") {
				args := strings.Split(strings.TrimSuffix(call, "\x00"), "\x00")
				if found, rest, err := Commands().Find(args); call != "" && (err != nil || found.ParseFlags(rest) != nil || found.ValidateArgs(found.Flags().Args()) != nil) {
					t.Errorf("%s: %q is not what gosw takes", example, args)
				}
			}
		}
	})
}
