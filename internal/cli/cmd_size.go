package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/store"
)

func (a *app) sizeCommand() *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "size",
		Short: "Show what gosw takes on the disk",
		Long: `Size shows what the store and the cache take on the disk, and how much of that
"gosw prune" would free. What files share counts once. "gosw list --size" shows
it for each version.`,
		Example: `  gosw size
  gosw size --json`,
		Args: none,
		RunE: func(*cobra.Command, []string) error { return a.size(json) },
	}
	cmd.Flags().BoolVar(&json, "json", false, "print JSON")
	return cmd
}

// A sizeJSON is what "gosw size --json" prints, in bytes of blocks.
type sizeJSON struct {
	Schema   int             `json:"schema"`
	Root     string          `json:"root"` // of the store
	Versions int             `json:"versions"`
	Store    store.Footprint `json:"store"`
	Cache    folderJSON      `json:"cache"`
	State    folderJSON      `json:"state"`
	Total    int64           `json:"total"`              // of all three
	Prunable *int64          `json:"prunable,omitempty"` // none if it can't be told
}

// A folderJSON is a folder outside the store.
type folderJSON struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

func (a *app) size(json bool) error {
	st, err := a.store()
	if err != nil {
		return err
	}
	installed, err := st.Home().Installed()
	if err != nil {
		return err
	}
	result := sizeJSON{Schema: 1, Root: string(st.Home()), Versions: len(installed)}
	plan, err := a.planPrune(st, pruneOptions{})
	var usage store.Usage
	if result.Store, usage = st.Footprint(plan.versions()); err == nil {
		result.Prunable = &usage.Total
	} else {
		a.ui.note("%v; so it can't be told what \"gosw prune\" would free", err)
	}
	for _, f := range []struct {
		to  *folderJSON
		dir func() (string, error)
	}{{&result.Cache, a.cacheDir}, {&result.State, a.stateDir}} {
		if f.to.Path, err = f.dir(); err != nil {
			return err
		}
		f.to.Bytes = store.DiskUsage(f.to.Path)
		if strings.HasPrefix(f.to.Path, result.Root+string(filepath.Separator)) { // without a home
			result.Store.Other, result.Store.Total = result.Store.Other-f.to.Bytes, result.Store.Total-f.to.Bytes
		}
	}
	result.Total = result.Store.Total + result.Cache.Bytes + result.State.Bytes
	if json {
		return a.ui.printJSON(result)
	}
	return a.printSize(result)
}

// printSize prints a line for each part that there is, and the sum.
func (a *app) printSize(s sizeJSON) error {
	rows := []struct {
		name  string
		bytes int64
		what  string
	}{
		{"toolchains", s.Store.Toolchains, fmt.Sprintf("%d in %s", s.Versions, a.place(s.Root))},
		{"graves", s.Store.Graves, "uninstalled, until what runs from them has ended"},
		{"staging", s.Store.Staging, "being installed, or left by killed processes"},
		{"receipts", s.Store.Receipts, "proofs and manifests"},
		{"platforms", s.Store.Platforms, "toolchains of other platforms"},
		{"other", s.Store.Other, "links, shims, lists"},
		{"cache", s.Cache.Bytes, a.place(s.Cache.Path) + ", can be deleted"},
		{"state", s.State.Bytes, a.place(s.State.Path)},
	}
	t := &table{bare: true, columns: []column{{}, {right: true}, {rank: 1, least: 16}}}
	for _, row := range rows {
		if row.bytes > 0 || row.name == "toolchains" {
			t.rows = append(t.rows, []cell{{text: row.name}, {text: megabytes(row.bytes)}, {text: row.what, style: faint}})
		}
	}
	t.rows = append(t.rows, []cell{{text: "total", style: strong}, {text: megabytes(s.Total), style: strong}, {}})
	screen, _ := a.ui.screen()
	if err := a.ui.show(t.lines(screen)); err != nil {
		return err
	}
	if s.Prunable != nil && *s.Prunable > 0 {
		a.ui.hint("\"gosw prune\" would free %s", megabytes(*s.Prunable))
	}
	return nil
}
