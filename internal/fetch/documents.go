package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/web"
)

// Documents is a directory of small files on a server, or on this machine, such as
// a vulnerability database. A server has each of them as gzip, with ".gz" added
// to its name, as the Go vulnerability database has them.
type Documents struct {
	web  *web.Client
	base *url.URL
}

// Documents returns the directory at base, the URL of a server or of a file. Name is
// what the URL is called in an error, such as the setting that has it.
func (c *Client) Documents(name, base string) (*Documents, error) {
	u, err := web.ParseURL(name, base)
	if err != nil {
		return nil, err
	}
	return &Documents{web: c.web, base: u}, nil
}

// String returns the address as it may be shown, without a password.
func (d *Documents) String() string { return web.Display(d.base) }

// Local reports whether the files are on this machine, so that reading them needs
// no network.
func (d *Documents) Local() bool { return d.base.Scheme == "file" }

// Refresh returns a file and when the server said last that this is it: now.
// The server is asked whether it has another one than that of CacheDir. Kind says
// what is expected, limit is the largest size in bytes.
func (d *Documents) Refresh(ctx context.Context, name, kind string, limit int64) (data []byte, at time.Time, err error) {
	if d.Local() {
		data, err := d.Read(ctx, name, kind, limit)
		return data, time.Now().Round(0), err
	}
	u := d.url(name)
	err = d.web.Current(ctx, u, kind, limit, func(doc web.Document) (err error) {
		at = doc.Fetched
		data, err = unzip(doc.Body, u, kind, limit)
		return err
	})
	return data, at, err
}

// Read returns a file without any cache.
func (d *Documents) Read(ctx context.Context, name, kind string, limit int64) ([]byte, error) {
	u := d.url(name)
	data, err := d.web.Read(ctx, u, kind, limit)
	if err != nil || d.Local() {
		return data, err
	}
	return unzip(data, u, kind, limit)
}

func (d *Documents) url(name string) *url.URL {
	if !d.Local() {
		name += ".gz"
	}
	return web.Join(d.base, strings.Split(name, "/")...)
}

// unzip returns the content of a file in gzip. Some servers name gzip as the
// coding of the answer, too, so that it is unzipped already.
func unzip(data []byte, u *url.URL, kind string, limit int64) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(zr, limit+1))
	}
	if err != nil {
		return nil, &web.ContentError{URL: web.Display(u), Got: "broken gzip", Want: kind}
	}
	return data, web.CheckSize(data, web.Display(u), kind, limit)
}
