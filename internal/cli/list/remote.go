package list

import (
	"context"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/term"
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
	Support   gover.Support `json:"support"` // "supported", "eol" or "prerelease"
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
	if l.platform != app.ThisPlatform() {
		more = append([]string{"--platform", l.platform.String()}, more...)
	}
	return append([]string{"list", "--remote"}, more...)
}

func listRemote(ctx context.Context, a *app.App, options listOptions) error {
	client, err := a.Client()
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
	versions, err := app.Filter(known, options.specs)
	if err != nil {
		return err
	}
	a.SayAge(releases)
	if len(versions) == 0 && len(options.specs) > 0 {
		return noneFor(ctx, client, options.specs[0], releases.Versions)
	}
	list := remoteList{Releases: releases, platform: a.Platform}
	if list.shown, err = describe(a, versions, list); err != nil {
		return err
	}
	screen, terminal := a.UI.Screen()
	switch {
	case options.json:
		return printReleasesJSON(ctx, a, client, list, options.platforms)
	case terminal && !options.all && len(options.specs) == 0:
		return printLines(a, screen, list)
	case terminal:
		return printReleaseTable(a, screen, list)
	}
	return term.PrintEach(a.UI, versions, gover.Version.String)
}

// noneFor is the error of a list that has nothing for spec.
func noneFor(ctx context.Context, client *fetch.Client, spec gover.Spec, known []gover.Version) error {
	if v, ok := spec.Version(); ok {
		if err := client.MissingPlatform(ctx, v); err != nil {
			return cmdline.PlatformHint(err)
		}
	}
	return cmdline.NoRelease(spec, known)
}

// describe tells all that is known of versions, which are some of list's.
func describe(a *app.App, versions []gover.Version, list remoteList) ([]releaseJSON, error) {
	path, homes, err := a.Homes()
	if err != nil {
		return nil, err
	}
	active := whatApplies(a, path).version
	lifecycle := gover.NewLifecycle(append(release.KnownVersions(), list.Versions...))
	newest := gover.NewestOfLines(list.Versions)
	shown := make([]releaseJSON, 0, len(versions))
	for _, v := range versions {
		shown = append(shown, releaseJSON{
			Version: v, Stable: !v.IsPrerelease(), Installed: homes[v] != "", Active: v == active,
			Newest: newest[v.Line()] == v, Line: v.Line(), Support: lifecycle.Of(v),
			lineSupport: lifecycle.Of(newest[v.Line()]),
		})
	}
	return shown, nil
}

func isPrerelease(spec gover.Spec) bool {
	v, ok := spec.Version()
	return ok && v.IsPrerelease() || spec.Kind() == gover.Constraint && strings.ContainsAny(spec.String(), "abcr")
}

func printReleasesJSON(ctx context.Context, a *app.App, client *fetch.Client, list remoteList, platforms bool) error {
	if platforms {
		for i := range list.shown {
			found, all, err := client.Platforms(ctx, list.shown[i].Version)
			if err != nil {
				return err
			}
			if list.shown[i].Partial = !all; !all {
				a.UI.Note("%v: the list may be incomplete: the module proxy was asked for these platforms only", list.shown[i].Version)
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
	return a.UI.PrintJSON(result)
}
