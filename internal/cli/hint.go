package cli

import (
	"fmt"
	"slices"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/shell"
)

// A Hint says what to do about an error. It has commands as values: the user's
// shell, for which they are quoted, is known only where it is printed.
type Hint struct {
	Command command.Command // what mends it, if a command alone does
	Text    string          // a format, in which %v stands for a command or a hint; "" says to run Command
	Args    []any
}

func hintf(text string, args ...any) Hint { return Hint{Text: text, Args: args} }

func run(argv ...string) Hint { return Hint{Command: command.Run(argv...)} }

// gosw is the command for gosw with args.
func gosw(args ...string) command.Command { return command.Run(append([]string{"gosw"}, args...)...) }

// in returns the hint in words; "" if it has a command that sh can't be given in a
// line.
func (h Hint) in(sh shell.Shell) string {
	switch {
	case h.Text == "" && h.Command == nil:
		return ""
	case h.Text == "":
		h = hintf("run %v", h.Command)
	}
	args := slices.Clone(h.Args)
	for i, arg := range args {
		text := ""
		switch arg := arg.(type) {
		case command.Command:
			if text = shell.Line(sh, arg); text != "" {
				text = `"` + text + `"`
			}
		case Hint:
			text = arg.in(sh)
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
