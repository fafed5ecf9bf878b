package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// eachCommand calls visit with each command that users see.
func eachCommand(visit func(*cobra.Command)) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(cmd)
		for _, sub := range cmd.Commands() {
			if !sub.Hidden {
				walk(sub)
			}
		}
	}
	root := Commands()
	root.InitDefaultHelpCmd()
	walk(root)
}

// TestExplained makes sure that --help and the manual pages have something to
// say about each command.
func TestExplained(t *testing.T) {
	t.Parallel()
	n := 0
	eachCommand(func(cmd *cobra.Command) {
		n++
		name := cmd.CommandPath()
		switch {
		case cmd.Short == "" || strings.HasSuffix(cmd.Short, "."):
			t.Errorf("%s: what it is for is %q", name, cmd.Short)
		case len(cmd.Long) <= len(cmd.Short):
			t.Errorf("%s: no more text than %q", name, cmd.Long)
		case !strings.Contains(cmd.Example, name):
			t.Errorf("%s: no example of it in %q", name, cmd.Example)
		}
		for line := range strings.Lines(cmd.Example) {
			if !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: example %q is not indented", name, line)
			}
		}
		for line := range strings.Lines(cmd.Long) {
			if len([]rune(line)) > 84 {
				t.Errorf("%s: line of %d columns: %s", name, len([]rune(line)), line)
			}
		}
	})
	if n < 20 {
		t.Errorf("%d commands", n)
	}
}
