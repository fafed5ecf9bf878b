package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/cross"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
)

// warmBuilds is the flag --warm.
type warmBuilds []cross.Build

// warmFlag adds --warm.
func warmFlag(cmd *cobra.Command, builds *warmBuilds) {
	cmd.Flags().Var(builds, "warm", "then compile the standard library into the build cache; LIST has OS/ARCH and race")
	flag := cmd.Flags().Lookup("warm")
	flag.NoOptDefVal = "here"
	cmdline.Name(cmd, "warm", "LIST")
	names := []string{"race"}
	for _, p := range release.KnownPlatforms() {
		names = append(names, p.String())
	}
	_ = cmd.RegisterFlagCompletionFunc("warm", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// String returns nothing: there is no default.
func (w *warmBuilds) String() string { return "" }

// Type names the value in help texts.
func (w *warmBuilds) Type() string { return "LIST" }

// Set takes a list such as linux/arm64,race; "here" is for this machine.
func (w *warmBuilds) Set(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		b := cross.Build{Race: name == "race"}
		if os, arch, ok := strings.Cut(name, "/"); ok && os != "" && arch != "" {
			b.Port = cross.Port{OS: os, Arch: arch}
		} else if !b.Race && name != "here" {
			return failure.Usage(fmt.Errorf("--warm takes ports and race, not %q", name), command.Hintf(`for example "gosw install --warm=linux/arm64,race"`))
		}
		if !slices.Contains(*w, b) {
			*w = append(*w, b)
		}
	}
	return nil
}

// check refuses what --warm does not go together with.
func (w *warmBuilds) check(a *app.App, into string) error {
	if len(*w) > 0 && (into != "" || a.Foreign()) {
		return failure.Usage(errors.New("--warm is for versions of this machine in the store"), command.Hintf(`for another platform name it: "gosw install --warm=linux/arm64"`))
	}
	return nil
}

// warm has each of versions that is there compile the standard library. It is no
// failure of the install if one can't; only an interrupt is an error.
func (in *installer) warm(ctx context.Context, versions []gover.Version, builds []cross.Build) error {
	temp, err := in.app.TempDir()
	for _, v := range versions {
		home, ofErr := in.path.Of(v)
		if there, _ := home.Has(v); ofErr != nil || !there {
			continue // which has been said
		}
		t := cross.Toolchain{Version: v, GOROOT: home.Dir(v), Env: in.app.Inv.Env, Temp: temp}
		for _, b := range builds {
			in.shown.Stop()
			in.shown = progress.Start(in.app.UI, fmt.Sprintf("compiling the standard library of %v%v", v, b))
			start := in.app.Now()
			if err == nil {
				err = t.Warm(ctx, b)
			}
			in.shown.Stop()
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case err != nil:
				in.app.UI.Note("did not compile the standard library of %v%v: %v", v, b, err)
			default:
				in.app.UI.Note("compiled the standard library of %v%v (%.1fs)", v, b, in.app.Since(start).Seconds())
			}
			err = nil
		}
	}
	return nil
}
