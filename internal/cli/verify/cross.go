package verify

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/cross"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
)

// firstClass is the value of --cross for the ports that Go calls first-class.
const firstClass = "first-class"

// crossPorts is the value of --cross: whether it is there, and the ports that it
// names, none for those that are first-class.
type crossPorts struct {
	asked bool
	ports []cross.Port
}

func crossFlag(cmd *cobra.Command, value *crossPorts) {
	cmd.Flags().Var(value, "cross", "also build for first-class ports, or for these")
	cmd.Flags().Lookup("cross").NoOptDefVal = firstClass
	_ = cmd.RegisterFlagCompletionFunc("cross", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		ports := []string{firstClass}
		for _, p := range release.KnownPlatforms() {
			ports = append(ports, p.String())
		}
		return ports, cobra.ShellCompDirectiveNoFileComp
	})
}

// String returns the value as it is typed.
func (c *crossPorts) String() string {
	var words []string
	for _, p := range c.ports {
		words = append(words, p.String())
	}
	return strings.Join(words, ",")
}

// Set adds ports. Whether there are such is for each version to say.
func (c *crossPorts) Set(text string) error {
	c.asked = true
	if text == firstClass {
		return nil
	}
	for _, word := range strings.Split(text, ",") {
		p, err := release.ParsePlatform(word)
		if err != nil {
			return failure.Usage(err, command.Hintf(`name ports as "go tool dist list" does: --cross=linux/arm64,windows/amd64`))
		}
		if port := (cross.Port{OS: p.OS, Arch: p.Arch}); !slices.Contains(c.ports, port) {
			c.ports = append(c.ports, port)
		}
	}
	return nil
}

// Type names the kind of value in help texts.
func (c *crossPorts) Type() string { return "PORTS" }

// checkCross refuses what does not go together with --cross.
func checkCross(a *app.App, c *crossPorts, args []string) error {
	if !c.asked {
		return nil
	}
	if a.Foreign() {
		return failure.Usage(fmt.Errorf("--cross runs the toolchain, and one for %v can't run here", a.Platform), command.Hintf(`omit --platform; "--cross=%v" builds for that platform`, a.Platform))
	}
	for _, arg := range args {
		if _, err := release.ParsePlatform(arg); err == nil {
			return failure.Usage(fmt.Errorf("%q is not a version", arg), command.Hintf("put an equals sign before ports: %q", "--cross="+arg))
		}
	}
	return nil
}

// crossBuild has a proven toolchain build for other ports, and prints a line for
// each.
func crossBuild(ctx context.Context, a *app.App, result *verifiedJSON, options verifyOptions) error {
	v := result.Version
	temp, err := a.TempDir()
	if err != nil {
		return err
	}
	t := cross.Toolchain{Version: v, GOROOT: result.GOROOT, Env: a.Inv.Env, Temp: temp}
	if dir, err := a.Base("XDG_CACHE_HOME", a.Inv.Dirs.GoCache); err == nil { // without a HOME there is none
		t.Cache = filepath.Join(dir, "go-build") // as go has it
	}
	for name, dir := range map[string]*string{"GOCACHE": &t.Cache, "GOTMPDIR": &t.Temp} {
		s, err := a.GoSetting(name)
		if err != nil {
			return err
		}
		if filepath.IsAbs(s) {
			*dir = s
		}
	}
	var printErr error
	report, err := t.Check(ctx, options.cross.ports, func(r cross.Result) {
		if !options.json && printErr == nil {
			printErr = printCross(a, v, r)
		}
	})
	if report == nil {
		return failure.WithHint(fmt.Errorf("cross build with %v: %w", v, err), command.Hintf(`set GOTMPDIR to a writable directory for the builds`))
	}
	result.Cross, result.OK = report, result.OK && report.OK
	for _, f := range report.Findings {
		if !options.json && printErr == nil {
			printErr = a.UI.Print("%v: %s %s", v, f.Kind, printable(f.Detail))
		}
	}
	switch {
	case err != nil:
	case report.Origin == cross.BuiltIn:
		a.UI.Note("%v does not say which ports are first-class; today's first-class ports were built", v)
	case report.Origin == cross.HostOnly:
		a.UI.Note("%v: releases before go1.5 build for their own platform only", v)
	}
	return errors.Join(err, printErr, crossVerdict(v, report))
}

// printCross prints a line for each finding, or the only one.
func printCross(a *app.App, v gover.Version, r cross.Result) error {
	if r.OK {
		what := r.Format
		if r.Ran {
			what += ", runs"
		}
		return a.UI.Print("%v %v: ok (%s)", v, r.Port, what)
	}
	return term.PrintEach(a.UI, r.Findings, func(f cross.Finding) string {
		return fmt.Sprintf("%v %v: %s %s", v, r.Port, f.Kind, printable(f.Detail))
	})
}

// crossVerdict is the error of a toolchain that does not do its work.
func crossVerdict(v gover.Version, report *cross.Report) error {
	if report.OK {
		return nil
	}
	var failed []string
	kinds := make(map[string]bool) // of findings
	for _, r := range report.Ports {
		if !r.OK {
			failed = append(failed, r.Port.String())
		}
		for _, f := range r.Findings {
			kinds[f.Kind] = true
		}
	}
	err := fmt.Errorf("cross build with %v: some checks failed", v)
	if len(failed) > 0 {
		err = fmt.Errorf("cross build with %v: %s failed", v, strings.Join(failed, ", "))
	}
	switch {
	case kinds[cross.KindRun]:
		return failure.WithHint(err, command.Hintf(`if the directory for temporary files is mounted noexec, set GOTMPDIR to another`))
	case kinds[cross.KindBuild]:
		return failure.WithHint(err, command.Hintf("the files of %v are as published; check disk space, permissions, GOCACHE, and \"go tool dist list\" for the port", v))
	}
	return failure.WithHint(err, command.Hint{})
}
