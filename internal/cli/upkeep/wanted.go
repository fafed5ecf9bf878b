package upkeep

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
)

// A Wish is the version that something asks for, and where that stands.
type Wish struct {
	Specs  []gover.Spec // the first of them that is installed is meant
	Source string       // "GO_VERSION", "/src/.go-version:1", "/src/go.mod:3"
	File   string       // "" for a variable
	Line   int
}

// Wanted returns what the working directory asks for: its pin, else what its go.work
// or go.mod names, else the default.
func Wanted(a *app.App) (Wish, error) {
	home, err := a.Home()
	if err != nil {
		return Wish{}, err
	}
	choice, err := a.Choice(home, nil)
	if err != nil {
		return Wish{}, err
	}
	a.Seen(choice)
	system := choice.Spec.Kind() == gover.System
	if choice.Pinned() && !system {
		return wishOf(choice), nil
	}
	required, found, err := a.Required()
	if err == nil && found {
		if wish, wishErr := wishOfMod(required); wishErr != nil || len(wish.Specs) > 0 {
			return wish, wishErr
		}
	}
	if err != nil {
		return Wish{}, modError(err)
	}
	if choice.Rule == resolve.FromDefault && !system {
		return wishOf(choice), nil
	}
	return Wish{}, failure.Usage(
		errors.New("no pin, go.work or go.mod names a Go version here"),
		command.Hintf(`name one: "gosw install latest"`),
	)
}

// WantedBy returns what one file asks for: a pin file, a go.mod or a go.work.
func WantedBy(file string) (Wish, error) {
	if name := filepath.Base(file); name == "go.mod" || name == "go.work" {
		required, err := gomod.Read(file)
		if err != nil {
			return Wish{File: file}, modError(err)
		}
		wish, err := wishOfMod(required)
		if err == nil && len(wish.Specs) == 0 {
			err = namesNone(file)
		}
		return wish, err
	}
	choice, err := resolve.InFile(file)
	if err == nil {
		err = app.Sensible(choice)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Wish{File: file}, namesNone(file)
	}
	return wishOf(choice), err
}

func namesNone(file string) error {
	return failure.WithHint(fmt.Errorf("%s: no such file, or it names no Go version", file),
		command.Hintf("name a .go-version, .tool-versions, mise.toml, go.work or go.mod"))
}

func modError(err error) error {
	return failure.WithHint(err, command.Hintf(`fix the file, or name a version: "gosw install latest"`))
}

func wishOf(choice resolve.Choice) Wish {
	return Wish{Specs: choice.Specs(), Source: choice.Source(), File: choice.File, Line: choice.Line}
}

// wishOfMod is the wish of a go.mod; it has no version where the file names none.
func wishOfMod(r gomod.Requirement) (Wish, error) {
	wish := Wish{File: r.File, Line: r.GoLine}
	spec, err := r.Spec()
	if err != nil {
		return wish, modError(err)
	}
	if spec.Kind() == 0 {
		return wish, nil
	}
	if r.ToolchainLine > 0 && "go"+spec.String() == r.Toolchain {
		wish.Line = r.ToolchainLine
	}
	wish.Specs = []gover.Spec{spec}
	wish.Source = wish.File + ":" + strconv.Itoa(wish.Line)
	return wish, nil
}
