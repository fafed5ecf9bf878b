package cli

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

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
)

func (a *app) envCommand() *cobra.Command {
	var write, unset, asJSON, direnv bool
	cmd := &cobra.Command{
		Use:   "env [NAME…]",
		Short: "Print or change settings, and where they come from",
		Long: `Env prints each setting as an assignment, with its origin as a comment. A setting
comes from the environment, else from gosw's own file, which --write changes,
else, for GOPROXY and its like, from the file of "go env -w", else it has its
default. With NAMEs it prints their bare values.`,
		Example: `  gosw env GOPROXY
  gosw env -w GOSW_AUTO_INSTALL=always
  gosw env -u GOSW_AUTO_INSTALL`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case direnv && (write || unset || asJSON):
				return usage(errors.New("env takes --direnv alone"), helpHint(cmd))
			case direnv:
				return a.envDirenv(args)
			case write && unset:
				return usage(errors.New("env takes -w or -u, not both"), helpHint(cmd))
			case write:
				return a.writeSettings(args)
			case unset:
				return a.unsetSettings(args)
			}
			return a.printSettings(args, asJSON)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, v := range variables() {
				names = append(names, v.name)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write NAME=VALUE to gosw's file")
	cmd.Flags().BoolVarP(&unset, "unset", "u", false, "take NAME out of gosw's file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&direnv, "direnv", false, `print what "use gosw [VERSION]" evaluates in an .envrc`)
	return cmd
}

func (a *app) printSettings(names []string, asJSON bool) error {
	for _, name := range names {
		if _, err := findVariable(name); err != nil {
			return err
		}
	}
	all, err := a.settings()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		var chosen []setting
		for _, name := range names {
			i := slices.IndexFunc(all, func(s setting) bool { return s.Name == name })
			chosen = append(chosen, all[i])
		}
		all = chosen
	}
	if asJSON {
		return a.ui.printJSON(map[string]any{"schema": 1, "settings": all})
	}
	bash, _ := shell.Lookup("bash")
	for _, s := range all {
		line := fmt.Sprintf("%s=%s # %s", s.Name, bash.Quote(s.Value), s.Origin)
		if len(names) > 0 {
			line = s.Value
		}
		if err := a.ui.printText(line); err != nil {
			return err
		}
	}
	return nil
}

func findVariable(name string) (variable, error) {
	var names []string
	for _, v := range variables() {
		if v.name == name {
			return v, nil
		}
		names = append(names, strings.ToLower(v.name))
	}
	hint := hintf(`"gosw env" shows them all`)
	if near := nearest(name, names); near != "" {
		hint = hintf("did you mean %s?", strings.ToUpper(near))
	}
	return variable{}, usage(fmt.Errorf("no setting is called %q", name), hint)
}

func (a *app) writeSettings(args []string) error {
	changes := make(map[string]string)
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || value == "" || strings.ContainsAny(value, "\r\n\x00") {
			return usage(fmt.Errorf("%q is not NAME=VALUE", arg), hintf(`for example "gosw env -w GOSW_AUTO_INSTALL=always"`))
		}
		v, err := findVariable(name)
		if err != nil {
			return err
		}
		if v.environmentOnly {
			return usage(
				fmt.Errorf("%s is read from the environment only: the shim heeds it, and reads no file", name),
				hintf("put this in ~/.bashrc: export %s=…", name),
			)
		}
		err = v.check(setting{name, value, newValue})
		if err == nil {
			err = checkNetwork(name, value)
		}
		if err != nil {
			return usage(err, hintf("for example %v", gosw("env", "-w", name+"="+v.fallback)))
		}
		changes[name] = value
	}
	return a.changeSettings(changes)
}

// checkNetwork reports an address or a key that no download could use.
func checkNetwork(name, value string) error {
	cfg := fetch.Config{
		Proxy: defaultProxy, SumDB: defaultSumDB,
		CacheDir: ".", StateDir: ".", Platform: thisPlatform(),
	}
	switch name {
	case "GOPROXY":
		cfg.Proxy = value
	case "GOSUMDB":
		cfg.SumDB = value
	case "GOSW_DL_URL":
		cfg.DL, cfg.DLArchive = value, defaultDLArchive
	case "GOSW_DL_ARCHIVE_URL":
		cfg.DL, cfg.DLArchive = defaultDL, value
	}
	_, err := fetch.New(cfg)
	return err
}

func (a *app) unsetSettings(names []string) error {
	changes := make(map[string]string)
	for _, name := range names {
		if _, err := findVariable(name); err != nil {
			return err
		}
		changes[name] = ""
	}
	return a.changeSettings(changes)
}

// changeSettings sets each NAME of changes in gosw's file, or takes it out where
// the value is empty. Lines that it does not know stay as they are.
func (a *app) changeSettings(changes map[string]string) error {
	if len(changes) == 0 {
		return usage(errors.New("env -w and -u need a NAME"), hintf(`run "gosw env --help"`))
	}
	file, err := a.configFile()
	if notSet(err) {
		return withHint(fmt.Errorf("write settings: %w", err), hintf("export HOME, or set XDG_CONFIG_HOME to the folder for settings"))
	} else if err != nil {
		return err
	}
	if err = createPrivate(file); err == nil {
		err = lockedfile.Transform(file, func(old []byte) ([]byte, error) {
			return rewriteSettings(old, changes), nil
		})
	}
	if err != nil {
		return withHint(fmt.Errorf("write settings: %w", err), hintf("the file has to be writable; XDG_CONFIG_HOME moves it"))
	}
	return nil
}

// createPrivate makes an empty file, if there is none, that other users can't
// read: GOPROXY may hold a password.
func createPrivate(file string) error {
	if err := fsx.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if _, err := readSettings(file); !fsx.IsAbsent(err) {
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
