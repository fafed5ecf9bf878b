package term

import (
	"fmt"
	"slices"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/shell"
)

// Words returns the hint in words; "" if it has a command that sh can't be given in a
// line.
func Words(h command.Hint, sh shell.Shell) string {
	switch {
	case h.Text == "" && h.Command == nil:
		return ""
	case h.Text == "":
		h = command.Hintf("run %v", h.Command)
	}
	args := slices.Clone(h.Args)
	for i, arg := range args {
		text := ""
		switch arg := arg.(type) {
		case command.Command:
			if text = shell.Line(sh, arg); text != "" {
				text = `"` + text + `"`
			}
		case command.Hint:
			text = Words(arg, sh)
		default:
			continue
		}
		if text == "" {
			return ""
		}
		args[i] = text
	}
	return fmt.Sprintf(h.Text, args...)
}
