package command

// A Hint says what to do about an error. It has commands as values: the user's
// shell, for which they are quoted, is known only where it is printed.
type Hint struct {
	Command Command // what fixes it, if a command alone does
	Text    string  // a format, in which %v stands for a command or a hint; "" says to run Command
	Args    []any
}

// Hintf returns a hint of words, in which %v stands for a command or another
// hint.
func Hintf(text string, args ...any) Hint { return Hint{Text: text, Args: args} }

// ToRun returns the hint to run a program.
func ToRun(argv ...string) Hint { return Hint{Command: Run(argv...)} }

// Gosw is the command for gosw with args.
func Gosw(args ...string) Command { return Run(append([]string{"gosw"}, args...)...) }
