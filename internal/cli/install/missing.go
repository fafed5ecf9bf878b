package install

import (
	"context"
	"slices"

	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
)

// explainMissing adds to err, that of a version that the proxy does not have,
// which versions there are.
func explainMissing(ctx context.Context, client *fetch.Client, v gover.Version, err error) error {
	if elsewhere := client.MissingPlatform(ctx, v); elsewhere != nil {
		return cmdline.PlatformHint(elsewhere)
	}
	releases, listErr := client.Releases(ctx, cmdline.ReleasesAge)
	if listErr != nil {
		return err
	}
	if slices.Contains(releases.Versions, v) {
		return failure.WithHint(err, command.Hintf("%v exists, but your sources do not have it; check GOPROXY and GOSW_SOURCE with \"gosw env\"", v))
	}
	return failure.WithHint(err, cmdline.NearHint(gover.Only(v), releases.Versions))
}
