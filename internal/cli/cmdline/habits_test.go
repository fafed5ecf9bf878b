package cmdline_test

import (
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/cli"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/shell"
)

// TestHabits checks the tables of habits against the commands that there are.
func TestHabits(t *testing.T) {
	t.Parallel()
	root := cli.Commands()
	bash, _ := shell.Lookup("bash")
	isCommand := func(args ...string) bool {
		found, _, err := root.Find(args)
		return err == nil && found != root
	}
	seen := make(map[string]bool)
	for _, h := range cmdline.Habits() {
		for verb := range strings.FieldsSeq(h.Verbs) {
			if seen[verb] || isCommand(verb) {
				t.Errorf("%s: twice, or a command", verb)
			}
			seen[verb] = true
			advice, ok := cmdline.HabitHint([]string{verb, "1,22"})
			hint := term.Words(advice, bash)
			_, command, _ := strings.Cut(hint, `"gosw `)
			if !ok || strings.Contains(hint, "1,22") || command != "" && !strings.HasPrefix(command, "1.22") && !isCommand(strings.Fields(strings.TrimSuffix(command, `"?`))[0]) {
				t.Errorf("%s: %s", verb, hint)
			}
		}
	}
	for _, h := range cmdline.FlagHabits() {
		command := root
		if h.Command != "gosw" {
			command, _, _ = root.Find([]string{h.Command})
		}
		for flag := range strings.FieldsSeq(h.Flags) {
			if command == nil || command.Flags().Lookup(flag) != nil {
				t.Errorf("%s --%s: no command, or a flag of it", h.Command, flag)
			}
		}
	}
}
