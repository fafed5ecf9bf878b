package cli

import (
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/shell"
)

func TestNearSpec(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1.22": "", "latest": "", ">=1.21,<1.23": "", // they are versions
		"1,22": "1.22", "1.22.": "1.22", " v1.22.5\r": "v1.22.5", "GO1.22": "go1.22", "1.22.*": "1.22", "1.22.X": "1.22.x",
		"golang 1.22": "1.22", "golang@1.22.5": "1.22.5", "go-1.22": "1.22", "go:1.22": "1.22", "version=1.22": "1.22",
		"22": "1.22", "22.5": "1.22.5", "122": "1.22", "1.22-rc1": "1.22rc1", "1.22.0-rc.1": "1.22rc1",
		"^1.22.3": ">=1.22.3", "~1.22": "1.22", "~1.22.3": "~> 1.22.3", "1.22.5-alpine": "1.22.5", "go1.22.5.linux-amd64": "1.22.5",
		"": "", "banana": "", "2.0.0": "", "0.1": "", "1.22.5.1": "", "999": "", "../../1.22": "", "1.22;rm": "", "-1.22\n-x": "",
		strings.Repeat("1", 100): "",
	} {
		if got := nearSpec(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"install", "uninstall", "list", "use", "why", "which"}
	for text, want := range map[string]string{
		"instal": "install", "isntall": "install", "INSTALL": "install", "lits": "list", "li": "list", "unistall": "uninstall",
		"uze": "use", "wihch": "which", "x": "", "": "", "frobnicate": "", "go": "", strings.Repeat("install", 9): "",
	} {
		if got := nearest(text, names); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestHabits checks the tables of habits against the commands that there are.
func TestHabits(t *testing.T) {
	t.Parallel()
	root := (&app{}).rootCommand()
	bash, _ := shell.Lookup("bash")
	isCommand := func(args ...string) bool {
		found, _, err := root.Find(args)
		return err == nil && found != root
	}
	seen := make(map[string]bool)
	for _, h := range habits {
		for verb := range strings.FieldsSeq(h.verbs) {
			if seen[verb] || isCommand(verb) {
				t.Errorf("%s: twice, or a command", verb)
			}
			seen[verb] = true
			advice, ok := habitHint([]string{verb, "1,22"})
			hint := advice.in(bash)
			_, command, _ := strings.Cut(hint, `"gosw `)
			if !ok || strings.Contains(hint, "1,22") || command != "" && !strings.HasPrefix(command, "1.22") && !isCommand(strings.Fields(strings.TrimSuffix(command, `"?`))[0]) {
				t.Errorf("%s: %s", verb, hint)
			}
		}
	}
	for _, h := range flagHabits {
		command := root
		if h.command != "gosw" {
			command, _, _ = root.Find([]string{h.command})
		}
		for flag := range strings.FieldsSeq(h.flags) {
			if command == nil || command.Flags().Lookup(flag) != nil {
				t.Errorf("%s --%s: no command, or a flag of it", h.command, flag)
			}
		}
	}
}
