package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/release"
)

// offlineFlag adds --offline to a command that may use the network.
func (a *app) offlineFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.offline, "offline", false, "use what is on this machine only")
}

// platformFlag adds --platform to a command that works on toolchains.
func (a *app) platformFlag(cmd *cobra.Command) {
	cmd.Flags().Var((*platformValue)(&a.platform), "platform", "of another platform, such as linux/386")
	cmd.Flags().Lookup("platform").DefValue = "" // what help texts say is the same everywhere
}

// foreign reports whether toolchains of another platform are meant.
func (a *app) foreign() bool { return a.platform != thisPlatform() }

// platformValue is a flag with a value such as linux/amd64.
type platformValue release.Platform

// String returns the value as it is typed.
func (p *platformValue) String() string {
	if p.OS == "" {
		return ""
	}
	return release.Platform(*p).String()
}

// Set takes the value, if it has the form of one.
func (p *platformValue) Set(text string) error {
	platform, err := knownPlatform(text)
	if err == nil {
		*p = platformValue(platform)
	}
	return err
}

// Type names the kind of value in help texts.
func (p *platformValue) Type() string { return "os/arch" }

// knownPlatform parses a platform that Go has had releases for.
func knownPlatform(text string) (release.Platform, error) {
	p, err := release.ParsePlatform(text)
	known := release.KnownPlatforms()
	if err == nil && !slices.Contains(known, p) {
		err = fmt.Errorf("Go has no releases for %q", text) //nolint:staticcheck // Go is a name
	}
	if err != nil {
		if system, _, _ := strings.Cut(text, "/"); slices.ContainsFunc(known, func(k release.Platform) bool { return k.OS == system }) {
			known = slices.DeleteFunc(known, func(k release.Platform) bool { return k.OS != system })
		}
		return p, usage(err, hintf("Go has releases for %s", platformList(known)))
	}
	return p, nil
}
