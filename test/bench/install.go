//go:build unix

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
)

// installOptions say what is to be measured, and how often.
type installOptions struct {
	rounds                  int
	scenarios, links, where []string // names; none is all
	memory, disk            string   // directories
	json                    string   // a file, or "" for none
}

func installCommand(ctx context.Context, args []string) error {
	o, err := parseInstall(args)
	if err != nil {
		return err
	}
	l, err := newLab(ctx, o)
	if err != nil {
		return err
	}
	defer l.close()
	return l.run()
}

func parseInstall(args []string) (installOptions, error) {
	var o installOptions
	var scenarios, on, where string
	flags := flag.NewFlagSet("install", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 7, "rounds to take the median of")
	flags.StringVar(&scenarios, "scenario", "", "full, delta-patch, delta-127, many, platform (default all)")
	flags.StringVar(&on, "link", "", "unlimited, 1gbit, 100mbit, 20mbit (default what tells something)")
	flags.StringVar(&where, "place", "", "tmpfs, disk (default both)")
	flags.StringVar(&o.memory, "tmpfs", "/dev/shm", "a `directory` on a file system in memory")
	flags.StringVar(&o.disk, "disk", "/var/tmp", "a `directory` on disk")
	flags.StringVar(&o.json, "json", "", "write every run to this `file`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.rounds < 1 {
		return o, errors.New("install takes flags only, and at least 1 round")
	}
	var known []string
	for _, l := range links() {
		known = append(known, l.name)
	}
	var errs [3]error
	o.scenarios, errs[0] = names("scenario", scenarios, scenarioNames())
	o.links, errs[1] = names("link", on, known)
	o.where, errs[2] = names("place", where, []string{onTmpfs, onDisk})
	return o, errors.Join(errs[:]...)
}

// names splits a list, each of which has to be known.
func names(what, list string, known []string) ([]string, error) {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no %s %q: it is one of %s", what, name, strings.Join(known, ", "))
		}
		all = append(all, name)
	}
	return all, nil
}

func (o installOptions) wants(list []string, name string) bool {
	return len(list) == 0 || slices.Contains(list, name)
}

// run measures all scenarios that are wanted and prints a table for each.
func (l *lab) run() error {
	fmt.Println(machine(l.options.rounds))
	for _, s := range l.scenarios() {
		if !l.options.wants(l.options.scenarios, s.name) {
			continue
		}
		fmt.Printf("\n### %s: %s\n\n", s.name, s.title)
		if s.missing != "" {
			fmt.Printf("Not yet: %s.\n", s.missing)
			continue
		}
		if len(l.options.settings(s)) == 0 {
			fmt.Println("Not measured there unless -link names a link.")
			continue
		}
		results, err := l.measure(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Print(table(s, results))
		l.results = append(l.results, results...)
		if l.options.json != "" {
			if err := writeJSON(l.options.json, l.results); err != nil {
				return err
			}
		}
	}
	log.Printf("removing what was installed")
	return nil
}

// writeJSON writes all runs, after each scenario, so that an interrupted bench
// leaves what it has.
func writeJSON(file string, results []result) error {
	content, err := marshal(results)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
