package setup

import (
	"fmt"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/shell"
)

// printProfile prints a file that is read when a user logs in.
func printProfile(a *app.App, kind string) error {
	switch kind {
	case "sh":
		return a.UI.PrintCode(shell.Profile())
	case "environment":
		home, err := a.Home()
		if err != nil {
			return err
		}
		userHome, _ := a.UserHome()
		text, err := shell.Environment(string(home), userHome)
		if err != nil {
			return failure.WithHint(fmt.Errorf("GOSW_ROOT: %w", err), command.Hintf("use a path of letters, digits and dots, or set PATH in another way"))
		}
		return a.UI.PrintCode(text)
	}
	return failure.Usage(fmt.Errorf("there is no profile kind %q", kind), command.Hintf("use sh or environment"))
}
