package setup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/toolchain"
)

// Env is "gosw env".
func Env(a *app.App) *cobra.Command {
	var write, unset, asJSON, direnv bool
	cmd := &cobra.Command{
		Use:   "env [NAME…]",
		Short: "Print or change settings",
		Long: `Env prints each setting as an assignment, with where it is from as a comment.
With NAME it prints the value only.

A setting comes from the environment, else from gosw's settings file, which
--write changes, else (GOPROXY and the like) from the file of "go env -w", else
it has its default.`,
		Example: `  gosw env GOPROXY
  gosw env -w GOSW_AUTO_INSTALL=always`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case direnv && (write || unset || asJSON):
				return failure.Usage(errors.New("env takes --direnv alone"), cmdline.HelpHint(cmd))
			case direnv:
				return envDirenv(a, args)
			case write && unset:
				return failure.Usage(errors.New("env takes -w or -u, not both"), cmdline.HelpHint(cmd))
			case write:
				return writeSettings(a, args)
			case unset:
				return unsetSettings(a, args)
			}
			return printSettings(a, args, asJSON)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, v := range settings.Variables() {
				names = append(names, v.Name)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write NAME=VALUE to gosw's settings file")
	cmd.Flags().BoolVarP(&unset, "unset", "u", false, "remove NAME from gosw's settings file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&direnv, "direnv", false, `print what "use gosw [VERSION]" evaluates in an .envrc`)
	return cmd
}

func printSettings(a *app.App, names []string, asJSON bool) error {
	a.Look()
	all, err := a.Settings()
	if err != nil {
		return err
	}
	var chosen []settings.Setting
	for _, name := range names {
		i := slices.IndexFunc(all, func(s settings.Setting) bool { return s.Name == name })
		if i < 0 {
			_, err := settings.FindVariable(name)
			return err
		}
		chosen = append(chosen, all[i])
	}
	if len(names) > 0 {
		all = chosen
	}
	if asJSON {
		return a.UI.PrintJSON(map[string]any{"schema": 1, "settings": all})
	}
	bash, _ := shell.Lookup("bash")
	for _, s := range all {
		line := fmt.Sprintf("%s=%s # %s", s.Name, bash.Quote(s.Value), s.Origin)
		if len(names) > 0 {
			line = s.Value
		}
		if err := a.UI.PrintText(line); err != nil {
			return err
		}
	}
	return nil
}

func writeSettings(a *app.App, args []string) error {
	changes := make(map[string]string)
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || value == "" || strings.ContainsAny(value, "\r\n\x00") {
			return failure.Usage(fmt.Errorf("%q is not NAME=VALUE", arg), command.Hintf(`for example "gosw env -w GOSW_AUTO_INSTALL=always"`))
		}
		v, err := settings.FindVariable(name)
		if err != nil {
			return err
		}
		if v.EnvironmentOnly {
			return failure.Usage(
				fmt.Errorf("%s can only be set in the environment, because the shim reads no settings file", name),
				command.Hintf("add this to ~/.bashrc: export %s=…", name),
			)
		}
		err = v.Check(settings.Setting{Name: name, Value: value, Origin: settings.NewValue})
		if err == nil {
			err = checkNetwork(name, value)
		}
		if err != nil {
			return failure.Usage(err, command.Hintf("for example %v", command.Gosw("env", "-w", name+"="+v.Fallback)))
		}
		changes[name] = value
	}
	return changeSettings(a, changes)
}

// checkNetwork reports an address or a key that no download could use.
func checkNetwork(name, value string) error {
	cfg := fetch.Config{
		Proxy: settings.DefaultProxy, SumDB: settings.DefaultSumDB,
		CacheDir: ".", StateDir: ".", Platform: app.ThisPlatform(),
	}
	switch name {
	case "GOPROXY":
		cfg.Proxy = value
	case "GOSUMDB":
		cfg.SumDB = value
	case "GOSW_DOWNLOAD_URL":
		cfg.DL, cfg.DLArchive = settings.DefaultDL, value
	case "GOSW_DL_URL":
		cfg.DL, cfg.DLArchive = value, settings.DefaultDLArchive
	case "GOSW_DL_ARCHIVE_URL":
		cfg.DL, cfg.DLArchive = settings.DefaultDL, value
	}
	_, err := fetch.New(cfg)
	return err
}

func unsetSettings(a *app.App, names []string) error {
	changes := make(map[string]string)
	for _, name := range names {
		if _, err := settings.FindVariable(name); err != nil {
			return err
		}
		changes[name] = ""
	}
	return changeSettings(a, changes)
}

// changeSettings sets each NAME of changes in gosw's file, or takes it out where
// the value is empty. Lines that it does not know stay as they are.
func changeSettings(a *app.App, changes map[string]string) error {
	if len(changes) == 0 {
		return failure.Usage(errors.New("env -w and -u need a NAME"), command.Hintf(`run "gosw env --help"`))
	}
	file, err := a.ConfigFile()
	if variable := (*toolchain.VariableError)(nil); errors.As(err, &variable) && variable.Value == "" {
		return failure.WithHint(fmt.Errorf("write settings: %w", err), failure.HomeHint(variable.Name, ", or set XDG_CONFIG_HOME to a directory for settings"))
	} else if err != nil {
		return err
	}
	if err = createPrivate(file); err == nil {
		err = lockedfile.Transform(file, func(old []byte) ([]byte, error) {
			return rewriteSettings(old, changes), nil
		})
	}
	if err != nil {
		return failure.WithHint(fmt.Errorf("write settings: %w", err), command.Hintf("make the file writable, or set XDG_CONFIG_HOME to another directory"))
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if changes[name] != "" { // which may hold a password
			a.UI.Remark("%s is set in %s", name, a.Place(file))
		} else {
			a.UI.Remark("%s is not set in %s any more", name, a.Place(file))
		}
	}
	return nil
}

// createPrivate makes an empty file, if there is none, that other users can't
// read: GOPROXY may hold a password.
func createPrivate(file string) error {
	if err := fsx.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if _, err := settings.ReadSettings(file); !fsx.IsAbsent(err) {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func rewriteSettings(old []byte, changes map[string]string) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(string(old)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "=")
		if _, changed := changes[name]; !changed {
			_, _ = io.WriteString(&out, strings.TrimSuffix(line, "\n")+"\n")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if changes[name] != "" {
			_, _ = fmt.Fprintf(&out, "%s=%s\n", name, changes[name])
		}
	}
	return out.Bytes()
}
