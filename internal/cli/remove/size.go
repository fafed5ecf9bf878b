package remove

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/store"
)

// Size is "gosw size".
func Size(a *app.App) *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "size",
		Short: "Show the disk space that gosw takes",
		Long: `Size shows how much disk space the store and the cache take, and how much of it
"gosw prune" would free. It counts shared files once. For each version by
itself, run "gosw list --size".`,
		Example: `  gosw size
  gosw size --json`,
		Args: cmdline.None,
		RunE: func(*cobra.Command, []string) error { return size(a, json) },
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
	Cache    directoryJSON   `json:"cache"`
	State    directoryJSON   `json:"state"`
	Total    int64           `json:"total"`              // of all three
	Prunable *int64          `json:"prunable,omitempty"` // none if it can't be told
}

// A directoryJSON is a directory outside the store.
type directoryJSON struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

func size(a *app.App, json bool) error {
	st, err := a.Store(store.Show)
	if err != nil {
		return err
	}
	installed, err := st.Home().Installed()
	if err != nil {
		return err
	}
	result := sizeJSON{Schema: 1, Root: string(st.Home()), Versions: len(installed)}
	plan, err := planPrune(a, st, pruneOptions{})
	var usage store.Usage
	if result.Store, usage = st.Footprint(plan.versions()); err == nil {
		result.Prunable = &usage.Total
	} else {
		a.UI.Note("can't tell what \"gosw prune\" would free: %v", err)
	}
	for _, f := range []struct {
		to  *directoryJSON
		dir func() (string, error)
	}{{&result.Cache, a.CacheDir}, {&result.State, a.StateDir}} {
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
		return a.UI.PrintJSON(result)
	}
	return printSize(a, result)
}

// printSize prints a line for each part that there is, and the sum.
func printSize(a *app.App, s sizeJSON) error {
	rows := []struct {
		name  string
		bytes int64
		what  string
	}{
		{"toolchains", s.Store.Toolchains, fmt.Sprintf("%d in %s", s.Versions, a.Place(s.Root))},
		{"graves", s.Store.Graves, "uninstalled, still used by a process"},
		{"staging", s.Store.Staging, "being installed, or left by a killed gosw"},
		{"receipts", s.Store.Receipts, "receipts and manifests"},
		{"platforms", s.Store.Platforms, "toolchains for other platforms"},
		{"other", s.Store.Other, "links, shims, lists"},
		{"cache", s.Cache.Bytes, a.Place(s.Cache.Path) + ", safe to delete"},
		{"state", s.State.Bytes, a.Place(s.State.Path)},
	}
	t := &term.Table{Bare: true, Columns: []term.Column{{}, {Right: true}, {Rank: 1, Least: 16}}}
	for _, row := range rows {
		if row.bytes > 0 || row.name == "toolchains" {
			t.Rows = append(t.Rows, []term.Cell{{Text: row.name}, {Text: term.Size(row.bytes)}, {Text: row.what, Style: term.Faint}})
		}
	}
	t.Rows = append(t.Rows, []term.Cell{{Text: "total", Style: term.Strong}, {Text: term.Size(s.Total), Style: term.Strong}, {}})
	screen, _ := a.UI.Screen()
	if err := a.UI.Show(t.Lines(screen)); err != nil {
		return err
	}
	if s.Prunable != nil && *s.Prunable > 0 {
		a.UI.Hint("\"gosw prune\" would free %s", term.Size(*s.Prunable))
	}
	return nil
}
