package selfupdate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// DefaultURL is where the releases of gosw are, each in a directory of its own.
const DefaultURL = "https://github.com/gosw/gosw/releases/download"

// Bounds on the files of a release, in bytes: some ten times what they have.
const (
	maxNote    = 64 << 10
	maxArchive = 64 << 20
)

// A Client reads releases.
type Client struct {
	Web  *web.Client
	DB   *sumdb.Client
	Base string // the address that releases are below; DefaultURL unless set
}

// file returns the address of a file of a release. The newest is version "".
func (c *Client) file(version, name string) (*url.URL, error) {
	base := c.Base
	switch {
	case version == "" && base == DefaultURL: // GitHub has it in another place
		base, version = strings.TrimSuffix(base, "/download"), "latest/download"
	case version == "":
		version = "latest"
	}
	u, err := web.ParseURL("GOSW_DOWNLOAD_URL", base)
	if err != nil {
		return nil, err
	}
	return web.Join(u, version, name), nil
}

// Note returns the note of a release, the newest if version is "".
func (c *Client) Note(ctx context.Context, version string) (*Note, error) {
	what := strings.TrimSpace("gosw " + version)
	if len(Keys()) == 0 { // without which there is nothing to ask for
		return nil, ErrNoKey
	}
	u, err := c.file(version, "release.note")
	if err != nil {
		return nil, err
	}
	data, err := c.Web.Read(ctx, u, "the note of a release", maxNote)
	if err != nil {
		return nil, err
	}
	n, err := openNote(data, Keys(), what)
	if err == nil && version != "" && n.Version != version {
		return nil, refuse(what, "the note is that of another release", "from: "+web.Display(u), "note: "+n.Version)
	}
	return n, err
}

// prove compares h1, which whose says to be the hash of the source of a version,
// with that of the checksum database.
func (c *Client) prove(ctx context.Context, version, h1, whose string) error {
	if c.DB.Off() {
		return fmt.Errorf("verifying gosw %s: %w", version, sumdb.ErrOff)
	}
	m := sumdb.Module{Path: Module, Version: version, Name: "gosw " + version}
	answer, err := c.DB.Lookup(ctx, m)
	if err != nil {
		return err
	}
	if answer.H1 != h1 {
		return refuse(m.Name, sumdb.Mismatch, fmt.Sprintf("%-14s %s", whose, web.CleanLine(h1)), c.DB.Name()+": "+web.CleanLine(answer.H1))
	}
	return nil
}

// ErrPlatform says that a release has no archive for this platform.
var ErrPlatform = errors.New("no archive for " + runtime.GOOS + "/" + runtime.GOARCH)

// fill downloads the archive of a release for this platform, proves it, and unpacks
// it into an empty directory.
func (c *Client) fill(ctx context.Context, n *Note, dir string) error {
	top := archiveOf(n.Version)
	want, ok := n.files[top+".tar.gz"]
	if !ok {
		return fmt.Errorf("gosw %s: %w", n.Version, ErrPlatform)
	}
	u, err := c.file(n.Version, top+".tar.gz")
	if err != nil {
		return err
	}
	data, err := c.Web.Read(ctx, u, "a tar.gz file", maxArchive)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(data); got != want {
		return refuse("gosw "+n.Version, sumdb.Mismatch, "from:         "+web.Display(u),
			fmt.Sprintf("downloaded:   sha256:%x", got), fmt.Sprintf("release.note: sha256:%x", want))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := archive.UnpackTarGz(ctx, bytes.NewReader(data), top+"/", root); err != nil {
		return fmt.Errorf("unpack gosw %s: %w", n.Version, err)
	}
	return n.check(dir)
}

// check makes sure that the programs in dir are those that the note is about: who
// signs can mix up files.
func (n *Note) check(dir string) error {
	for _, name := range programs {
		c, err := Inspect(filepath.Join(dir, "bin", name))
		if err != nil {
			return err
		}
		if c.Version != n.Version || c.H1 != n.H1 || c.Go != n.Go || c.settings["GOOS"] != runtime.GOOS || c.settings["GOARCH"] != runtime.GOARCH {
			return refuse("gosw "+n.Version, "its archive has another program",
				fmt.Sprintf("%s: %s, by %s for %s/%s", name, c.Version, c.Go, c.settings["GOOS"], c.settings["GOARCH"]))
		}
	}
	return nil
}
