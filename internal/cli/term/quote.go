package term

import "github.com/gosw/gosw/internal/shell"

// userShell is the shell that SHELL names, bash if it names none that gosw has
// code for.
func userShell(getenv func(string) string) shell.Shell {
	sh, ok := shell.Detect(getenv("SHELL"))
	if !ok {
		sh, _ = shell.Lookup("bash")
	}
	return sh
}
