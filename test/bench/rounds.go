//go:build unix

package main

import (
	"fmt"
	"log"
	"slices"
)

// A result is all runs of a tool in one setting.
type result struct {
	Scenario string   `json:"scenario"`
	Link     string   `json:"link"`
	Place    string   `json:"place"`
	Tool     string   `json:"tool"`
	Rate     float64  `json:"rate"` // of the link, in bytes a second; 0 is unlimited
	Runs     []sample `json:"runs"` // one a round
}

// A setting is a link and a place.
type setting struct {
	link  link
	place string
}

// settings are those of s that are wanted: what was named, else what tells
// something. Below 1 Gbit/s a disk is no bottleneck.
func (o installOptions) settings(s scenario) []setting {
	var all []setting
	for _, place := range []string{onTmpfs, onDisk} {
		usual := s.links
		if place == onDisk {
			usual = s.diskLinks
		}
		for _, on := range links() {
			named := slices.Contains(o.links, on.name)
			if o.wants(o.where, place) && (named || len(o.links) == 0 && slices.Contains(usual, on.name)) {
				all = append(all, setting{on, place})
			}
		}
	}
	return all
}

// measure runs the tools of s in turn, round after round, in each setting.
func (l *lab) measure(s scenario) ([]result, error) {
	want, err := l.supply(s)
	if err != nil {
		return nil, err
	}
	settings := l.options.settings(s)
	if err := l.enoughRoom(s, settings, want); err != nil {
		return nil, err
	}
	// Once unmeasured, so that the server has all answers, and memory the files.
	for _, t := range s.tools {
		log.Printf("%s: %s, to warm up", s.name, t.name)
		if err := l.runOnce(t, setting{place: onTmpfs}, want, nil); err != nil {
			return nil, err
		}
	}
	var results []result
	for _, in := range settings {
		some, err := l.measureIn(s, in, want)
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

func (l *lab) measureIn(s scenario, in setting, want tree) ([]result, error) {
	results := make([]result, len(s.tools))
	for i, t := range s.tools {
		results[i] = result{Scenario: s.name, Link: in.link.name, Place: in.place, Tool: t.name, Rate: in.link.shape.Rate}
	}
	for round := range l.options.rounds {
		log.Printf("%s: %s, %s, round %d of %d", s.name, in.link.name, in.place, round+1, l.options.rounds)
		for i, t := range s.tools {
			if t.local && in.link.shape.Rate > 0 {
				continue // it was measured without a limit
			}
			if err := l.runOnce(t, in, want, &results[i]); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(results, func(r result) bool { return len(r.Runs) == 0 }), nil
}

// runOnce adds one run of t to r, unless that is nil.
func (l *lab) runOnce(t tool, in setting, want tree, r *result) error {
	s, dir, err := l.once(t, in.link.shape, in.place, want)
	if err != nil {
		return err
	}
	if r != nil {
		r.Runs = append(r.Runs, s)
	}
	if in.place == onDisk {
		// For minutes after something was deleted from a disk, writing there is
		// slow: it stays until the end.
		return nil
	}
	return removeAll(dir)
}

// enoughRoom fails if what is installed would not fit.
func (l *lab) enoughRoom(s scenario, settings []setting, want tree) error {
	// A toolchain takes its content, something for blocks that are not full, and
	// the zip where a tool keeps that.
	one := want.content / int64(len(s.wanted)) * 3 / 2 * int64(len(s.wanted)+len(s.sibling))
	need := map[string]int64{onTmpfs: one}
	for _, in := range settings {
		if in.place == onDisk {
			need[onDisk] += one * int64(len(s.tools)*l.options.rounds)
		}
	}
	for place, bytes := range need {
		if err := room(l.directories[place], bytes); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	return nil
}
