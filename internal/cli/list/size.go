package list

import (
	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// sizes are what installed versions take on the disk, for "gosw list --size".
type sizes struct {
	each  map[gover.Version]store.Size
	total int64 // what versions share counted once
}

// sizesOf measures versions, each in the store that has it.
func sizesOf(homes map[gover.Version]toolchain.Home, versions []gover.Version) sizes {
	var dirs []string
	for _, v := range versions {
		dirs = append(dirs, homes[v].Dir(v))
	}
	found, total := store.Sizes(dirs)
	result := sizes{make(map[gover.Version]store.Size), total}
	for i, v := range versions {
		result.each[v] = found[dirs[i]]
	}
	return result
}

// printSizes prints a line for each version: what it takes alone, and what it
// shares.
func printSizes(a *app.App, versions []gover.Version, sizes sizes) error {
	width := 0
	for _, v := range versions {
		width = max(width, len(v.String()))
	}
	for _, v := range versions {
		size := sizes.each[v]
		if err := a.UI.Print("%-*v  %9s own  %9s shared", width, v, term.Megabytes(size.Own), term.Megabytes(size.Shared)); err != nil {
			return err
		}
	}
	sayTotal(a, sizes)
	return nil
}

// sayTotal says what all versions take together, if that was asked for, on stderr:
// it is no version.
func sayTotal(a *app.App, sizes sizes) {
	var apart int64
	for _, size := range sizes.each {
		apart += size.Own + size.Shared
	}
	if saved := apart - sizes.total; saved > 0 {
		a.UI.Note("%s in all; sharing saves %s", term.Megabytes(sizes.total), term.Megabytes(saved))
	} else if len(sizes.each) > 1 {
		a.UI.Note("%s in all", term.Megabytes(sizes.total))
	}
}
