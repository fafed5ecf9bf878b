package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/shell"
)

func (a *app) initCommand() *cobra.Command {
	var noPath, noFunction, noCompletion, extras bool
	cmd := &cobra.Command{
		Use:   "init [SHELL]",
		Short: "Print the shell code that makes go switch by directory",
		Long: `Init prints code for the shell to evaluate. It puts the store's bin folder on
PATH, defines go and gofmt as functions that pick the version without starting
another process, makes "gosw use" work, and completes gosw's arguments. SHELL is
the one that $SHELL names unless given.`,
		Example: `  eval "$(gosw init bash)"       in ~/.bashrc`,
		Args:    atMostOne("shell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			sh, err := a.shell(args)
			if err != nil {
				return err
			}
			st, err := a.store()
			if err != nil {
				return err
			}
			if err := a.placeShims(cmd.Context(), st); err != nil {
				return err
			}
			exe, err := executable()
			if err != nil {
				return err
			}
			text := sh.Init(shell.Options{
				Exe:        exe,
				Root:       string(st.Home()),
				Path:       !noPath,
				Function:   !noFunction,
				Completion: !noCompletion,
			})
			if extras {
				more, ok := shell.Extras(sh)
				if !ok {
					return &usageError{fmt.Errorf("no extras for %s", sh.Name()), "they are for bash and zsh"}
				}
				text += more
			}
			return a.ui.print("%s", strings.TrimSuffix(text, "\n"))
		},
		ValidArgs: shell.Names(),
	}
	cmd.Flags().BoolVar(&noPath, "no-path", false, "leave PATH alone")
	cmd.Flags().BoolVar(&noFunction, "no-function", false, "define no go and gofmt functions; the shims do the same a millisecond slower")
	cmd.Flags().BoolVar(&noCompletion, "no-completion", false, "define no completion")
	cmd.Flags().BoolVar(&extras, "extras", false, `define more functions too; "gosw_help" lists them`)
	cmd.AddCommand(a.initDirenvCommand())
	return cmd
}

// initCode is what loads gosw into bash here. It names gosw by its path where
// PATH does not lead to this one.
func (a *app) initCode() string {
	name := "gosw"
	if exe, err := executable(); err == nil {
		found, err := lookPath(name, a.getenv("PATH"))
		if err == nil {
			found, err = filepath.EvalSymlinks(found)
		}
		if err != nil || found != exe {
			name = shellWord(exe)
		}
	}
	return fmt.Sprintf(`eval "$(%s init bash)"`, name)
}

// shell returns the shell that args name, or the user's.
func (a *app) shell(args []string) (shell.Shell, error) {
	names := strings.Join(shell.Names(), ", ")
	if len(args) > 0 {
		sh, ok := shell.Lookup(args[0])
		if !ok {
			return sh, &usageError{fmt.Errorf("no shell code for %q", args[0]), "gosw has it for " + names}
		}
		return sh, nil
	}
	sh, ok := shell.Detect(a.getenv("SHELL"))
	if !ok {
		return sh, &usageError{errors.New("SHELL does not name a shell that gosw has code for"), `name one: "gosw init bash"`}
	}
	return sh, nil
}
