// Share writes what belongs below PREFIX/share, made from gosw's own commands:
// man pages, and completion for bash, zsh and fish. It is a module of its own, so
// that the product needs none of what it takes.
//
// The date of the pages is that of SOURCE_DATE_EPOCH, so that the same source
// makes the same files.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"github.com/gosw/gosw/internal/cli"
	"github.com/gosw/gosw/internal/cli/app"
)

func main() {
	version := app.Version()
	if len(os.Args) == 3 { // of a release, which the checkout doesn't know
		version = os.Args[2]
	} else if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: share DIR [VERSION]")
		os.Exit(2)
	}
	if err := write(cli.Commands(), os.Args[1], version); err != nil {
		fmt.Fprintln(os.Stderr, "share:", err)
		os.Exit(1)
	}
}

func write(root *cobra.Command, dir, version string) error {
	date, err := date()
	if err != nil {
		return err
	}
	root.DisableAutoGenTag = true
	root.InitDefaultHelpCmd()
	man := filepath.Join(dir, "man", "man1")
	if err := os.MkdirAll(man, 0o755); err != nil {
		return err
	}
	return errors.Join(
		pages(root, man, "gosw "+version, date),
		completion(root.GenBashCompletionFileV2, dir, "bash-completion", "completions", "gosw"),
		completion(func(file string, _ bool) error { return root.GenZshCompletionFile(file) }, dir, "zsh", "site-functions", "_gosw"),
		completion(root.GenFishCompletionFile, dir, "fish", "vendor_completions.d", "gosw.fish"),
	)
}

// pages writes the page of a command and those of all below it.
func pages(cmd *cobra.Command, dir, source string, date time.Time) error {
	var page bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: source, Manual: "gosw"}
	cmd.Long = strings.ReplaceAll(cmd.Long, "<", `\<`) // is no HTML
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if kind := f.Value.Type(); kind != "bool" { // it names the value
			f.DefValue = "*" + kind + "*"
		}
	})
	err := doc.GenMan(cmd, header, &page)
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), []byte(inForm(page.String(), date)), 0o644)
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			err = errors.Join(err, pages(sub, dir, source, date))
		}
	}
	return err
}

// inForm gives a page what manual pages are expected to have, and cobra's have
// not: a whole date, and flags as a list. A flag without a value has none.
func inForm(page string, date time.Time) string {
	page = strings.Replace(page, date.Format(`"Jan 2006"`), date.Format(`"2006-01-02"`), 1)
	return strings.NewReplacer(
		"\n.PP\n\\fB-", "\n.TP\n\\fB-",
		".SH OPTIONS\n", ".SH OPTIONS\n.TP\n",
		".SH OPTIONS INHERITED FROM PARENT COMMANDS\n", ".SH OPTIONS INHERITED FROM PARENT COMMANDS\n.TP\n",
		"\n\t", "\n",
		"[=false]", "",
		"[=]", "[=…]",
	).Replace(page)
}

func completion(generate func(file string, descriptions bool) error, path ...string) error {
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return generate(file, true)
}

func date() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Unix(0, 0).UTC(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
