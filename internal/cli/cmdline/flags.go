package cmdline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/mirror"
	"github.com/gosw/gosw/internal/release"
)

// OfflineFlag adds --offline to a command that may use the network.
func OfflineFlag(a *app.App, cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.Offline, "offline", false, "work without the network")
}

// FromFlag adds --from to a command that brings releases.
func FromFlag(a *app.App, cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.From, "from", "", "take releases from a bundle, a mirror's directory or its URL only")
	Name(cmd, "from", "FILE|DIR|URL")
	_ = cmd.MarkFlagFilename("from") // fails only where there is no such flag
}

// OpenFrom opens what --from names, if it does, and returns what closes it. Releases, and the
// checksum database, come from there only.
func OpenFrom(a *app.App) (closeFrom func(), err error) {
	if a.From == "" {
		return func() {}, nil
	}
	a.Source, err = mirror.OpenSource(a.From)
	if err == nil {
		return a.Source.Close, nil
	}
	err = fmt.Errorf("--from %s: %w", a.From, fsx.Cause(err))
	if strings.Contains(a.From, "://") {
		err = failure.Usage(err, command.Hintf(`name a bundle, a directory or the URL of a mirror: --from https://mirror.example/go`))
	}
	return nil, err
}

// PlatformsFlag adds --platform to a command that works on toolchains of several.
func PlatformsFlag(cmd *cobra.Command, platforms *[]release.Platform) {
	cmd.Flags().Var((*platformList)(platforms), "platform", "for this platform instead, such as linux/386; can be given again")
}

// platformList is a flag that may be given several times.
type platformList []release.Platform

// String returns the values as they are typed.
func (l *platformList) String() string { return namesOf(*l) }

// Set adds a value.
func (l *platformList) Set(text string) error {
	platform, err := knownPlatform(text)
	if err == nil && !slices.Contains(*l, platform) {
		*l = append(*l, platform)
	}
	return err
}

// Type names the value in help texts.
func (l *platformList) Type() string { return "OS/ARCH" }

// PlatformFlag adds --platform to a command that works on toolchains.
func PlatformFlag(a *app.App, cmd *cobra.Command) {
	cmd.Flags().Var((*platformValue)(&a.Platform), "platform", "for another platform, such as linux/386")
	cmd.Flags().Lookup("platform").DefValue = "" // what help texts say is the same everywhere
}

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

// Type names the value in help texts.
func (p *platformValue) Type() string { return "OS/ARCH" }

// Name names the value of a flag in help texts and manual pages.
func Name(cmd *cobra.Command, flag, name string) {
	f := cmd.Flags().Lookup(flag)
	f.Value, f.DefValue = named{f.Value, name}, ""
}

// named is a value of a flag with a name.
type named struct {
	pflag.Value
	name string
}

// Type is the name.
func (n named) Type() string { return n.name }

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
		return p, failure.Usage(err, command.Hintf("Go has releases for %s", namesOf(known)))
	}
	return p, nil
}

func namesOf(list []release.Platform) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, ", ")
}
