package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/web"
)

// Clock returns what time it is by the first module proxy that answers, to the
// second.
func (c *Client) Clock(ctx context.Context) (now time.Time, err error) {
	err = c.proxies.Try(ctx, func(base *url.URL) error {
		if base.Scheme == "file" {
			return errors.New("files have no clock")
		}
		b, err := c.web.Open(ctx, web.Join(base, release.Module, "@v", "list"), "a list of versions", nil, http.StatusOK, http.StatusNotFound, http.StatusGone)
		if err != nil {
			return err
		}
		defer func() { _ = b.Close() }()
		now, err = http.ParseTime(b.Header.Get("Date"))
		return err
	})
	return now, err
}
