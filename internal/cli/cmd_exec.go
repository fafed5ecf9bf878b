package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

func (a *app) execCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exec [VERSION] -- COMMAND [ARG…]",
		Short: "Run a command with a version",
		Long: `Exec runs a command with the bin folder of a version first on PATH, and with
GO_VERSION set to it, so that whatever go it starts is of that version. Without
VERSION it is the one that applies here. The exit code is the command's own;
127 means that there was nothing to run.`,
		Example: `  gosw exec 1.18.10 -- go test ./...
  gosw exec -- make`,
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, command, err := splitExec(args, cmd.ArgsLenAtDash())
			if err != nil {
				return err
			}
			return a.exec(spec, command)
		},
		ValidArgsFunction: a.completeInstalled,
	}
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// splitExec tells the version, "" without one, from the command. dash is the
// number of arguments before a leading "--", -1 without it; a later one, behind
// the version, is still among args.
func splitExec(args []string, dash int) (spec string, command []string, err error) {
	switch {
	case dash == 0:
		command = args
	case len(args) > 1 && args[1] == "--":
		spec, command = args[0], args[2:]
	case len(args) > 0:
		spec, command = args[0], args[1:]
	}
	if len(command) == 0 {
		return "", nil, &usageError{
			err:  errors.New("exec needs a command"),
			hint: `for example "gosw exec 1.22 -- go version"`,
		}
	}
	return spec, command, nil
}

func (a *app) exec(text string, command []string) error {
	t, err := a.execTarget(text)
	if missing := (*notInstalledError)(nil); errors.As(err, &missing) {
		return &exitError{err, exitNotInstalled}
	} else if err != nil {
		return err
	}
	env := a.environ(t)
	path := a.getenv("PATH")
	if !t.version.IsZero() {
		path = filepath.Join(t.goroot, "bin") + string(filepath.ListSeparator) + path
		env = append(env, "PATH="+path, "GO_VERSION="+gover.Only(t.version).String())
	} else {
		env = append(env, "GO_VERSION=system") // the go on PATH may be the shim
	}
	program, err := lookPath(command[0], path)
	if err != nil {
		return asExit(fmt.Errorf("exec %q: %w", command[0], err))
	}
	return asExit(toolchain.Exec(program, command, dedupe(env)))
}

// execTarget resolves text, or what applies here if it is empty.
func (a *app) execTarget(text string) (target, error) {
	if text == "" {
		return a.target(nil)
	}
	specs, err := parseSpecs([]string{text})
	if err != nil {
		return target{}, err
	}
	path, err := a.path()
	if err != nil {
		return target{}, err
	}
	t, err := a.targetOf(path, resolve.Choice{Spec: specs[0], Rule: resolve.FromEnv})
	if missing := (*notInstalledError)(nil); errors.As(err, &missing) {
		missing.source = "" // it was typed
	}
	return t, err
}

// lookPath finds name on path as a shell would.
func lookPath(name, path string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) {
		return filepath.Abs(name)
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) { // a file of the project must not pass for a command
			continue
		}
		if program, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return program, nil
		}
	}
	return "", exec.ErrNotFound
}

// dedupe keeps the last value of each variable: what a program makes of two is
// its own affair.
func dedupe(env []string) []string {
	cmd := exec.Cmd{Env: env}
	return cmd.Environ()
}

// shimCommand is where the shim hands over whatever is not plain success: it
// resolves again by the same rules, and then installs, explains or runs.
func (a *app) shimCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "shim TOOL [ARG…]",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] != "go" && args[0] != "gofmt" {
				return &usageError{err: errors.New("shim is for gosw-shim to call"), hint: `run "gosw exec -- go …"`}
			}
			err := a.runShim(cmd.Context(), args[0], args[1:])
			return &exitError{err, shimCode(err)}
		},
	}
}

// shimCode is the exit code of a shim that did not come to run its tool: 127, as
// shells have it, unless err has a code that says more.
func shimCode(err error) int {
	if code := exitCode(err); code > exitUsage {
		return code
	}
	return exitNotInstalled
}

func (a *app) runShim(ctx context.Context, tool string, args []string) error {
	goArgs := args
	if tool != "go" {
		goArgs = nil
	}
	t, err := a.target(goArgs)
	a.seen(t.choice)
	if missing := (*notInstalledError)(nil); errors.As(err, &missing) {
		if t, err = a.autoInstall(ctx, t, missing); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	program, err := a.program(t, tool)
	if err == nil {
		program, err = lookFile(program)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return noProgram(t, tool)
	} else if err != nil {
		return err
	}
	return asExit(toolchain.Exec(program, append([]string{tool}, args...), a.environ(t)))
}

// autoInstall installs what is missing if the user wants that, else it returns
// missing.
func (a *app) autoInstall(ctx context.Context, t target, missing *notInstalledError) (target, error) {
	policy, err := a.setting("GOSW_AUTO_INSTALL")
	if err != nil {
		return t, err
	}
	switch policy.Value {
	case "never":
		return t, missing
	case "ask":
		if !a.ui.interactive() || !a.ask(ctx, missing) {
			return t, missing
		}
	}
	if err := a.install(ctx, toInstall(t.choice.Spec)); err != nil {
		return t, err
	}
	path, err := a.path()
	if err != nil {
		return t, err
	}
	return a.targetOf(path, t.choice)
}

// ask asks on the terminal whether to install. An interrupt is a no.
func (a *app) ask(ctx context.Context, missing *notInstalledError) bool {
	_, _ = fmt.Fprintf(a.ui.err, "gosw: %s. Install it now? [Y/n] ", clean(missing.Error()))
	yes := make(chan bool, 1)
	go func() {
		answer, err := bufio.NewReader(a.ui.in).ReadString('\n')
		if err != nil { // the end of input leaves the cursor where it is
			_, _ = fmt.Fprintln(a.ui.err)
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "", "y", "yes":
			yes <- err == nil
		default:
			yes <- false
		}
	}()
	select {
	case answer := <-yes:
		return answer
	case <-ctx.Done():
		_, _ = fmt.Fprintln(a.ui.err)
		return false
	}
}

// lookFile returns program if it is there.
func lookFile(program string) (string, error) {
	if program == "" {
		return "", fs.ErrNotExist
	}
	_, err := os.Stat(program)
	return program, err
}

// noProgram is the error of a tool that t does not have.
func noProgram(t target, tool string) error {
	switch {
	case !t.version.IsZero():
		return fmt.Errorf("%v has no %q", t.version, tool)
	case t.choice.Rule == resolve.FromSystem:
		return &hintError{
			fmt.Errorf("no version of Go is set here, and there is no other %s on PATH", tool),
			`set a default, "gosw install latest && gosw default latest", or pin this directory: "echo 1.22 > .go-version"`,
		}
	}
	return &hintError{
		fmt.Errorf("%s asks for the system's go, but there is no other %s on PATH", t.choice.Source(), tool),
		`name a version instead, such as latest`,
	}
}
