package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// A Local is an archive of a release on this machine: a zip of the module, or
// an archive of the download page.
type Local struct {
	release.Release

	path   string
	file   *os.File
	size   int64
	format archive.Format
}

// OpenLocal finds out what an archive claims to be: a module zip by the names
// of its entries, another archive by its own name, which has to be the
// published one. Nothing of that is believed; [Client.FetchLocal] proves it.
func OpenLocal(name string) (*Local, error) {
	l, err := openLocal(name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", web.CleanLine(name), err)
	}
	return l, nil
}

func openLocal(name string) (*Local, error) {
	file, info, err := fsx.Open(name, fsx.Follow)
	if err != nil {
		return nil, fsx.Cause(err)
	}
	l := &Local{path: name, file: file, size: info.Size()}
	if l.size > archive.MaxZip {
		err = fmt.Errorf("%d bytes: too large for a toolchain", l.size)
	} else {
		err = l.identify()
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close closes the file.
func (l *Local) Close() { _ = l.file.Close() } // it was only read

func (l *Local) identify() (err error) {
	magic := make([]byte, 4)
	if n, err := l.file.ReadAt(magic, 0); err != nil && n < len(magic) {
		return &NotArchiveError{}
	}
	name, known := filepath.Base(l.path), false
	switch {
	case string(magic[:2]) == "\x1f\x8b":
		l.format = archive.DistTarGz
	case string(magic) == "PK\x03\x04":
		l.format = archive.DistZip
		if module, ok := l.moduleVersion(); ok {
			name, l.format = module, archive.ModuleZip
		}
	default:
		return &NotArchiveError{}
	}
	if l.format == archive.ModuleZip {
		l.Release, known = release.Parse(strings.TrimPrefix(name, "v0.0.1-"))
	} else {
		l.Release, known = release.ParseFile(name)
	}
	if !known {
		return &NotArchiveError{Name: name}
	}
	return nil
}

// moduleVersion returns the version of Module that the first entry is of.
func (l *Local) moduleVersion() (string, bool) {
	header := make([]byte, 30+len(release.Module)+100)
	n, _ := l.file.ReadAt(header, 0)
	if n < 30 {
		return "", false
	}
	_, rest, ok := bytes.Cut(header[30:n], []byte(release.Module+"@"))
	version, _, found := bytes.Cut(rest, []byte("/"))
	return string(version), ok && found
}

// FetchLocal unpacks l below root, as [Client.Fetch] does with a download, and
// proves it. Each of three things can do that: the index of the download page,
// the checksum database, and want, the SHA-256 that the caller has in hex from
// somewhere else, or "". All that can be asked have to agree, and one at least
// must know the archive: otherwise it is an [*UnprovenError]. What the archive
// contradicts is a [*SecurityError].
func (c *Client) FetchLocal(ctx context.Context, l *Local, want string, root *os.Root) (*tree.Proof, error) {
	// What is hashed and what is unpacked have to be the same bytes, even if
	// somebody writes to the file meanwhile.
	d, remove, err := c.newDownload(l.Release)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", web.CleanLine(l.path), err)
	}
	defer remove()
	d.via, d.format, d.source = ViaFile, l.format, web.Display(l.url())
	sum, err := d.copyFrom(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", web.CleanLine(l.path), err)
	}
	known, indexErr := c.checkSum(ctx, l, d, sum, want)
	if indexErr != nil && errors.As(indexErr, new(*sumdb.SecurityError)) {
		return nil, indexErr
	}
	if known {
		d.sum = sum
	}
	rec, err := c.lookupLocal(ctx, l.Release)
	if err != nil && (errors.As(err, new(*sumdb.SecurityError)) || ctx.Err() != nil) {
		return nil, err
	}
	if err != nil && !known {
		return nil, &UnprovenError{Path: l.path, SHA256: hex.EncodeToString(sum[:]), Err: errors.Join(indexErr, err)}
	}
	return c.unpackAndProve(ctx, d, root, rec)
}

// copyFrom copies the archive and returns the SHA-256 of what it has copied.
func (d *download) copyFrom(ctx context.Context, l *Local) (sum [32]byte, err error) {
	h := sha256.New()
	stop := context.AfterFunc(ctx, l.Close)
	defer stop()
	d.size, err = io.Copy(io.MultiWriter(d.file, h), io.NewSectionReader(l.file, 0, l.size))
	if ctx.Err() != nil {
		return sum, context.Cause(ctx)
	}
	if err == nil && d.size != l.size {
		err = io.ErrUnexpectedEOF
	}
	h.Sum(sum[:0])
	return sum, err
}

// Compare reports whether the archive has the SHA-256 that is wanted, in hex; a
// [*SecurityError] if not. It is for an archive that need not be unpacked.
func (l *Local) Compare(want string) error {
	sum, err := sumOf(l.file, l.size)
	if err != nil {
		return fmt.Errorf("read %s: %w", web.CleanLine(l.path), err)
	}
	got := hex.EncodeToString(sum[:])
	if strings.EqualFold(got, want) {
		return nil
	}
	return l.mismatch(got, "asked:", want)
}

func (l *Local) mismatch(got, whose, want string) error {
	return mismatch(l.Release, "from:  "+web.Display(l.url()), "file:  sha256:"+got, whose+" sha256:"+web.CleanLine(want))
}

func (c *Client) lookupLocal(ctx context.Context, r release.Release) (sumdb.Answer, error) {
	if c.db.Off() {
		return sumdb.Answer{}, sumdb.ErrOff
	}
	return c.db.Lookup(ctx, subjectOf(r))
}

// checkSum compares the SHA-256 of an archive with those that are known: it
// reports whether there is one. The error says why the index could not be asked,
// or that it has another sum.
func (c *Client) checkSum(ctx context.Context, l *Local, d *download, sum [32]byte, want string) (known bool, err error) {
	got := hex.EncodeToString(sum[:])
	if want != "" {
		if !strings.EqualFold(want, got) {
			return false, l.mismatch(got, "asked:", want)
		}
		known = true
	}
	if l.format == archive.ModuleZip || c.cfg.DL == "" || c.cfg.Source == release.SourceProxy {
		return known, nil
	}
	file, err := c.Archive(ctx, d.Release)
	if errors.As(err, new(*release.NotFoundError)) || errors.As(err, new(*release.PlatformError)) {
		return known, fmt.Errorf("%s is not in the index", d.Release)
	}
	if err != nil {
		return known, err
	}
	if file.SHA256 != sum {
		return false, l.mismatch(got, "index:", hex.EncodeToString(file.SHA256[:]))
	}
	return true, nil
}

func (l *Local) url() *url.URL {
	abs, err := filepath.Abs(l.path)
	if err != nil {
		abs = l.path
	}
	return web.FileURL(abs)
}
