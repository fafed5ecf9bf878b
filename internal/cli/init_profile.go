package cli

import (
	"fmt"

	"github.com/gosw/gosw/internal/shell"
)

// printProfile prints a file that is read when a user logs in.
func (a *app) printProfile(kind string) error {
	switch kind {
	case "sh":
		return a.ui.printCode(shell.Profile())
	case "environment":
		home, err := a.home()
		if err != nil {
			return err
		}
		userHome, _ := a.userHome()
		text, err := shell.Environment(string(home), userHome)
		if err != nil {
			return withHint(fmt.Errorf("GOSW_ROOT: %w", err), hintf("choose a folder of letters, digits and dots, or set PATH in another way"))
		}
		return a.ui.printCode(text)
	}
	return usage(fmt.Errorf("no kind of profile is called %q", kind), hintf("there are sh and environment"))
}
