package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gosw/gosw/internal/cli"
)

// TestPages makes sure that nothing of a command's text gets lost on its way
// through Markdown, where a star, an underscore or a bracket may mean something.
func TestPages(t *testing.T) {
	dir := t.TempDir()
	if err := pages(cli.Commands(), dir, "gosw 1.2.3", time.Unix(0, 0).UTC()); err != nil {
		t.Fatal(err)
	}
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		data, err := os.ReadFile(filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1"))
		if err != nil {
			t.Fatal(err)
		}
		page := strings.NewReplacer(`\fB`, "", `\fI`, "", `\fR`, "", `\fP`, "", `\&`, "", `\\`, `\`, `\-`, "-").Replace(string(data))
		texts := []string{cmd.Short, cmd.Long, cmd.Example}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			_, usage := pflag.UnquoteUsage(f)
			if !f.Hidden {
				texts = append(texts, "--"+f.Name, usage)
			}
		})
		for _, text := range texts {
			for _, word := range strings.Fields(text) {
				if !strings.Contains(page, word) {
					t.Errorf("%s: %q is not on the page", cmd.CommandPath(), word)
				}
			}
		}
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				check(sub)
			}
		}
	}
	check(cli.Commands())
}

// TestSame writes everything twice.
func TestSame(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	one, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, other} {
		if err := write(cli.Commands(), dir, "1.2.3"); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err := filepath.WalkDir(one, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		a, errA := os.ReadFile(path)
		b, errB := os.ReadFile(other + strings.TrimPrefix(path, one))
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("%s: %v, %v, or another content", path, errA, errB)
		}
		return nil
	})
	if page, _ := os.ReadFile(filepath.Join(one, "man", "man1", "gosw.1")); err != nil || n < 20 || !strings.Contains(string(page), `"2023-11-14"`) {
		t.Errorf("%d files, %v", n, err)
	}
}
