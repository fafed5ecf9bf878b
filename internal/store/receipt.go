package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// A Receipt says where a toolchain came from and how it was proven. It is kept
// as receipts/<version>.json, with the manifest beside it as <version>.sums.
type Receipt struct {
	Format    int           `json:"format"`
	Version   gover.Version `json:"version"`
	Platform  string        `json:"platform"`  // "linux/amd64"
	Installed time.Time     `json:"installed"` // UTC
	By        string        `json:"by"`        // "gosw 0.1.0"
	Files     int           `json:"files"`     // number of lines in Sums
	tree.Proof

	Sibling gover.Version `json:"-"` // whose files it shares, right after it was added
}

// receipt returns the receipt of v, which p proves.
func (s *Store) receipt(p *tree.Proof) *Receipt {
	return &Receipt{Platform: s.Platform, Installed: s.Now(), By: s.By, Proof: *p}
}

// check makes sure that the manifest is the one that H1 stands for.
func (r *Receipt) check() error {
	if h1 := tree.H1(r.Sums); h1 != r.H1 {
		return fmt.Errorf("manifest hashes to %s, not to the verified %s", h1, r.H1)
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
		if err := fsx.Remove(file); !errors.Is(err, fs.ErrNotExist) {
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
