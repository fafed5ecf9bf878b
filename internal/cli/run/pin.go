package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/pin"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/setup"
)

// An Offer installs what is missing, if the user wants that, and reports whether.
type Offer func(context.Context, *app.App, *app.NotInstalledError) (bool, error)

// Pin is "gosw pin".
func Pin(a *app.App, offer Offer) *cobra.Command {
	var exact, unset, asJSON bool
	cmd := &cobra.Command{
		Use:     "pin [VERSION]",
		Aliases: []string{"local"}, // of goenv, asdf and others
		Short:   "Pin this directory to a version",
		Long: `Pin writes VERSION to .go-version in the working directory. If .tool-versions,
mise.local.toml or mise.toml pins this directory already, it changes the version
there and nothing else. If VERSION is not installed, pin offers to install it.

A line such as 1.22 means its newest installed patch; --exact writes that patch
itself. Without VERSION, pin prints the nearest pin, here or in a directory
above.`,
		Example: `  gosw pin 1.22
  gosw pin --exact 1.22`,
		Args: cmdline.AtMostOne("version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 0 && (unset || asJSON), unset && (exact || asJSON), exact && len(args) == 0:
				return failure.Usage(errors.New("pin takes a version, --exact with a version, --unset or --json, one of them"), cmdline.HelpHint(cmd))
			case unset:
				return unpin(a)
			case len(args) == 0:
				return showPin(a, asJSON)
			}
			specs, err := cmdline.ParseSpecs(a, args)
			if err == nil && exact {
				specs[0], err = exactly(cmd.Context(), a, specs[0])
			}
			if err != nil {
				return err
			}
			err = setPin(cmd.Context(), a, offer, specs[0])
			if variable, value := a.Variable(); value != "" && err == nil {
				a.UI.Note("%s=%s wins over it in this shell", variable, value)
				a.UI.Hint("%v", command.Hint{Command: command.Unset(variable)})
			}
			return err
		},
		ValidArgsFunction: cmdline.CompleteOne(a),
	}
	cmd.Flags().BoolVar(&exact, "exact", false, "write the release that VERSION stands for now")
	cmd.Flags().BoolVar(&unset, "unset", false, "remove the pin of this directory")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

// exactly returns the release that spec stands for: the newest that is installed, else
// the newest that there is.
func exactly(ctx context.Context, a *app.App, spec gover.Spec) (gover.Spec, error) {
	if spec.Kind() == gover.System {
		return spec, failure.Usage(errors.New("system is no release, so --exact can't pin one"), command.ToRun("gosw", "pin", "system"))
	}
	path, err := a.Path()
	if err != nil {
		return spec, err
	}
	v, ok, err := app.Find(path, spec)
	if err != nil || ok {
		return gover.Only(v), err
	}
	versions, err := cmdline.Select(ctx, a, a.Client, []gover.Spec{spec})
	if err != nil {
		return spec, err
	}
	return gover.Only(versions[0]), nil
}

// showPin prints what the nearest pin file asks for.
func showPin(a *app.App, asJSON bool) error {
	dir, err := a.WorkingDir()
	if err != nil {
		return err
	}
	choice, err := resolve.For(resolve.Env{}, dir)
	switch {
	case err != nil:
		return err
	case choice.Rule != resolve.FromFile:
		return failure.WithHint(errors.New("no file pins this directory, or one above"), command.Hintf("pin it: %v", command.Gosw("pin", "latest")))
	case asJSON:
		return a.UI.PrintJSON(map[string]any{"schema": 1, "spec": choice.Spec.String(), "file": choice.File, "line": choice.Line})
	}
	text := choice.Spec.String()
	if term.IsTerminal(a.UI.Out) {
		text += fmt.Sprintf(" (set by %s)", term.Clean(choice.Source()))
	}
	return a.UI.Print("%s", text)
}

// pinFile returns the file that pins the working directory, or is to, and what it
// asks for; none if nothing can be read there, which is then replaced as a whole.
func pinFile(a *app.App) (*setup.File, []gover.Spec, error) {
	dir, err := a.WorkingDir()
	if err != nil {
		return nil, nil, err
	}
	choice, err := resolve.InDir(dir)
	name, old := choice.File, []gover.Spec(nil)
	broken := (*resolve.PinError)(nil)
	switch {
	case err == nil:
		old = choice.Specs()
	case errors.Is(err, fs.ErrNotExist):
		name = filepath.Join(dir, pin.File)
	case !errors.As(err, &broken) || filepath.Base(broken.Source) != pin.File:
		return nil, nil, err
	default:
		name = broken.Source
	}
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, nil, failure.WithHint(fmt.Errorf("%s is a symbolic link, and gosw writes no pin through one", name),
			command.Hintf("run this where the file itself is, or remove the link: %v", command.Run("rm", name)))
	}
	file, err := setup.Read(name)
	if err == nil && broken != nil && len(file.Text) > 1000 {
		err = broken // whatever that is, it is no pin to replace
	}
	return file, old, err
}

// setPin writes spec into the file that pins the working directory.
func setPin(ctx context.Context, a *app.App, offer Offer, spec gover.Spec) error {
	file, old, err := pinFile(a)
	if err != nil {
		return err
	}
	name := filepath.Base(file.Name)
	text := spec.String() + "\n"
	if old != nil {
		if text, err = pin.Set(name, file.Text, spec); err != nil {
			return byHand(file.Name, err)
		}
	}
	if text != file.Text {
		if err := file.Write(text); err != nil {
			return file.Unwritable(err, "")
		}
	}
	switch {
	case text == file.Text:
		a.UI.Note("%s pins %s already", name, spec)
	case old == nil:
		a.UI.Note("%s pins %s now", name, spec)
	default:
		a.UI.Note("%s pins %s now, not %s", name, spec, old[0])
	}
	if name == ".tool-versions" && spec.Kind() != gover.Exact && spec.Kind() != gover.System {
		a.UI.Hint("asdf knows no %q: %v pins a release", spec.String(), command.Gosw("pin", "--exact", spec.String()))
	}
	return afterPin(ctx, a, offer)
}

// byHand is the error of a pin that gosw can't change.
func byHand(file string, err error) error {
	return failure.WithHint(fmt.Errorf("%s: %w", file, err), command.Hintf("change it by hand"))
}

// afterPin offers to install what is pinned now, and says what stands against it.
func afterPin(ctx context.Context, a *app.App, offer Offer) error {
	dir, err := a.WorkingDir()
	if err != nil {
		return err
	}
	choice, err := resolve.InDir(dir)
	if err != nil {
		return err
	}
	a.Seen(choice)
	path, err := a.Path()
	if err != nil {
		return err
	}
	t, err := a.TargetOf(path, choice)
	missing := (*app.NotInstalledError)(nil)
	switch {
	case err == nil:
		checkMinimum(a, t)
		return nil
	case !errors.As(err, &missing):
		return err
	}
	offered, err := offer(ctx, a, missing)
	if !offered && err == nil {
		a.UI.Note("%v", missing)
		a.UI.Hint("%v", app.HintFor(missing))
	}
	return err
}

// unpin takes the pin of the working directory out.
func unpin(a *app.App) error {
	file, old, err := pinFile(a)
	if err != nil {
		return err
	}
	name := filepath.Base(file.Name)
	if file.Missing {
		a.UI.Note("this directory has no pin")
		return nil
	}
	text := ""
	if old != nil {
		if text, err = pin.Unset(name, file.Text); err != nil {
			return byHand(file.Name, err)
		}
	}
	if text == "" {
		err = os.Remove(file.Path)
	} else {
		err = file.Write(text)
	}
	if err != nil {
		return file.Unwritable(err, "")
	}
	if text == "" {
		a.UI.Note("removed %s", name)
	} else {
		a.UI.Note("%s pins no Go now", name)
	}
	return nil
}
