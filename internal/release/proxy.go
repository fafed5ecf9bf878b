package release

import (
	"context"
	"iter"
	"net/url"
	"strings"

	"github.com/gosw/gosw/internal/web"
)

// toolchainList returns the proxy's list of toolchains for all platforms. It
// is kept, so that a server that tells whether it has changed need not send it
// again.
func (l *Lister) toolchainList(ctx context.Context) (text string, err error) {
	err = l.proxies.Try(ctx, func(base *url.URL) error {
		u := web.Join(base, Module, "@v", "list")
		return l.web.Current(ctx, u, "a list of versions", maxList, func(d web.Document) error {
			text = string(d.Body)
			return nil
		})
	})
	return text, err
}

// parseToolchainList returns the versions in a list of toolchains that are of
// one platform.
func parseToolchainList(data string, platform Platform) versionSet {
	found := make(versionSet)
	for r := range toolchains(data) {
		if r.Platform == platform {
			found[r.Version] = true
		}
	}
	return found
}

// toolchains reads a line "v0.0.1-go1.22.4.linux-amd64" for each toolchain, and
// leaves out what is not the exact name of one.
func toolchains(data string) iter.Seq[Release] {
	return func(yield func(Release) bool) {
		for line := range strings.Lines(data) {
			fields := strings.Fields(line)
			if len(fields) == 0 {
				continue
			}
			name, ok := strings.CutPrefix(fields[0], "v0.0.1-")
			if r, exact := Parse(name); ok && exact && !yield(r) {
				return
			}
		}
	}
}
