package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// A Receipt says where a toolchain came from and how it was proven. It is kept
// as receipts/<version>.json, with the manifest beside it as <version>.sums.
type Receipt struct {
	Format    int           `json:"format"`
	Version   gover.Version `json:"version"`
	Platform  string        `json:"platform"`         // "linux/amd64"
	Installed time.Time     `json:"installed"`        // UTC
	By        string        `json:"by"`               // "gosw 0.1.0"
	Via       string        `json:"via"`              // "proxy", "dl", "modcache", "file" or "import"
	Source    string        `json:"source"`           // address of the archive, without credentials
	Size      int64         `json:"size"`             // bytes of the archive
	SHA256    string        `json:"sha256,omitempty"` // of the archive, where it was compared with a known one
	Files     int           `json:"files"`            // number of lines in Sums
	H1        string        `json:"h1"`               // dirhash of the module zip, "h1:…"
	Module    string        `json:"module"`           // golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64
	SumDB     SumDB         `json:"sumdb"`

	// Record proves H1 without the network; what is in it is the fetcher's
	// affair.
	Record json.RawMessage `json:"record,omitempty"`

	// Sums is the manifest, in the very form that H1 hashes: a line
	// "<hex SHA-256>  <name>" for each file, names as in the module zip.
	Sums []byte `json:"-"`
}

// SumDB is the state of the checksum database that vouched for H1.
type SumDB struct {
	Name     string `json:"name"`
	TreeSize int64  `json:"tree_size"`
	TreeHash string `json:"tree_hash"`
}

// check makes sure that the manifest is the one that H1 stands for.
func (r *Receipt) check() error {
	if h1 := tree.H1(r.Sums); h1 != r.H1 {
		return fmt.Errorf("manifest hashes to %s, not to the proven %s", h1, r.H1)
	}
	return nil
}

func (s *Store) receiptFile(v gover.Version) string {
	return filepath.Join(s.receipts(), v.String()+".json")
}

func (s *Store) sumsFile(v gover.Version) string {
	return filepath.Join(s.receipts(), v.String()+".sums")
}

func (s *Store) writeReceipt(v gover.Version, r *Receipt) error {
	r.Format, r.Version, r.Files = Format, v, bytes.Count(r.Sums, []byte("\n"))
	r.Installed = r.Installed.UTC().Truncate(time.Second)
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := s.writeFile("sums", v.String(), s.sumsFile(v), r.Sums); err != nil {
		return err
	}
	return s.writeFile("receipt", v.String(), s.receiptFile(v), append(data, '\n'))
}

func (s *Store) removeReceipt(v gover.Version) error {
	var errs []error
	for _, file := range []string{s.receiptFile(v), s.sumsFile(v)} {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Receipt returns the receipt of an installed toolchain, without Sums.
func (s *Store) Receipt(v gover.Version) (*Receipt, error) {
	data, err := readFile(s.receiptFile(v))
	if err != nil {
		return nil, err
	}
	r := new(Receipt)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", s.receiptFile(v), err)
	}
	return r, nil
}
