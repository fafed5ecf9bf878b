package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
)

// A releaseJSON is an element of "gosw list --remote --json".
type releaseJSON struct {
	Version   gover.Version `json:"version"`
	Stable    bool          `json:"stable"`
	Installed bool          `json:"installed"`
	Active    bool          `json:"active"` // it applies here
	Newest    bool          `json:"newest_of_line"`
	Line      string        `json:"line"`    // such as "1.22"
	Support   string        `json:"support"` // "supported", "eol" or "prerelease"
	Platforms []string      `json:"platforms,omitempty"`
	Partial   bool          `json:"platforms_partial,omitempty"`

	lineSupport gover.Support // of the line: a candidate's own ends with its release
}

// A remoteList is what "gosw list --remote" shows.
type remoteList struct {
	release.Releases
	platform release.Platform
	shown    []releaseJSON // newest first
}

// command is what lists the same, with room for arguments.
func (l *remoteList) args(more ...string) []string {
	if l.platform != thisPlatform() {
		more = append([]string{"--platform", l.platform.String()}, more...)
	}
	return append([]string{"list", "--remote"}, more...)
}

func (a *app) listRemote(ctx context.Context, options listOptions) error {
	cfg, err := a.fetchConfig()
	if err != nil {
		return err
	}
	client, err := newClient(cfg)
	if err != nil {
		return err
	}
	releases, err := client.Releases(ctx, 0)
	if err != nil {
		return err
	}
	known := releases.Versions
	if !options.all && !slices.ContainsFunc(options.specs, isPrerelease) {
		known = slices.DeleteFunc(slices.Clone(known), gover.Version.IsPrerelease)
	}
	versions, err := filter(known, options.specs)
	if err != nil {
		return err
	}
	a.sayAge(releases)
	if len(versions) == 0 && len(options.specs) > 0 {
		return noneFor(ctx, client, options.specs[0], releases.Versions)
	}
	list := remoteList{Releases: releases, platform: cfg.Platform}
	if list.shown, err = a.describe(versions, list); err != nil {
		return err
	}
	screen, terminal := a.ui.screen()
	switch {
	case options.json:
		return a.printReleasesJSON(ctx, client, list, options.platforms)
	case terminal && !options.all && len(options.specs) == 0:
		return a.printTimeline(screen, list)
	case terminal:
		return a.printReleaseTable(screen, list)
	}
	for _, v := range versions {
		if err := a.ui.print("%v", v); err != nil {
			return err
		}
	}
	return nil
}

func platformList(list []release.Platform) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, ", ")
}

// noneFor is the error of a list that has nothing for spec.
func noneFor(ctx context.Context, client *fetch.Client, spec gover.Spec, known []gover.Version) error {
	if v, ok := spec.Version(); ok {
		if err := client.MissingPlatform(ctx, v); err != nil {
			return platformHint(err)
		}
	}
	return noRelease(spec, known)
}

// sayAge says that a list was not made just now.
func (a *app) sayAge(list release.Releases) {
	switch list.Origin {
	case release.FromCache:
		a.ui.note("this list was fetched %s", ago(a.since(list.Fetched)))
	case release.FromBuild:
		a.ui.note("this list was built into gosw %s; there may be newer releases", Version)
	}
}

// ago words how long ago something was.
func ago(d time.Duration) string {
	switch {
	case d < 0:
		return "at a time that is still to come"
	case d < 2*time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// describe tells all that is known of versions, which are some of list's.
func (a *app) describe(versions []gover.Version, list remoteList) ([]releaseJSON, error) {
	path, err := a.path()
	if err != nil {
		return nil, err
	}
	homes, err := path.Homes()
	if err != nil {
		return nil, err
	}
	active := a.applies(path).version
	lifecycle := gover.NewLifecycle(append(release.KnownVersions(), list.Versions...))
	newest := newestOfLines(list.Versions)
	shown := make([]releaseJSON, 0, len(versions))
	for _, v := range versions {
		shown = append(shown, releaseJSON{
			Version: v, Stable: !v.IsPrerelease(), Installed: homes[v] != "", Active: v == active,
			Newest: newest[v.Line()] == v, Line: v.Line(), Support: lifecycle.Of(v).String(),
			lineSupport: lifecycle.Of(newest[v.Line()]),
		})
	}
	return shown, nil
}

// newestOfLines returns the newest release of each line, and of one that has
// none yet the newest candidate.
func newestOfLines(versions []gover.Version) map[string]gover.Version {
	newest := make(map[string]gover.Version)
	for _, v := range versions {
		// A release is newer than the candidates of its line.
		if other, ok := newest[v.Line()]; !ok || gover.Compare(v, other) > 0 {
			newest[v.Line()] = v
		}
	}
	return newest
}

func isPrerelease(spec gover.Spec) bool {
	v, ok := spec.Version()
	return ok && v.IsPrerelease() || spec.Kind() == gover.Constraint && strings.ContainsAny(spec.String(), "abcr")
}

func (a *app) printReleasesJSON(ctx context.Context, client *fetch.Client, list remoteList, platforms bool) error {
	if platforms {
		for i := range list.shown {
			found, all, err := client.Platforms(ctx, list.shown[i].Version)
			if err != nil {
				return err
			}
			if list.shown[i].Partial = !all; !all {
				a.ui.note("%v: these are the platforms that the module proxy has been asked for; there may be more", list.shown[i].Version)
			}
			for _, p := range found {
				list.shown[i].Platforms = append(list.shown[i].Platforms, p.String())
			}
		}
	}
	result := map[string]any{
		"schema": 1, "origin": list.Origin, "offline": list.Offline, "platform": list.platform.String(),
		"releases": list.shown, "lines": remoteLines(list),
	}
	if !list.Fetched.IsZero() {
		result["fetched"] = list.Fetched.UTC()
	}
	return a.ui.printJSON(result)
}
