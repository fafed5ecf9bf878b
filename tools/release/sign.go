package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"aead.dev/minisign"
	"golang.org/x/mod/sumdb/note"
)

// release is what a signature is about.
type release struct {
	dir      string // that has SHA256SUMS
	version  string // "v1.2.3"
	compiler string // the Go release that built it, "go1.26.8"
	h1       string // of the module at that version, as the checksum database records it
}

// text is what release.note signs: what the release is, then its SHA256SUMS.
func (r release) text(sums string) string {
	return fmt.Sprintf("gosw %s\n%s\n%s\n%s", r.version, r.compiler, r.h1, sums)
}

// sign writes release.note, signed by every NAME.note in keys, and
// SHA256SUMS.minisig, signed by the one NAME.minisign there. While one key takes
// over from another, the note has the signatures of both.
func sign(r release, keys string) error {
	sums, err := os.ReadFile(filepath.Join(r.dir, "SHA256SUMS"))
	if err != nil {
		return err
	}
	signers, err := readSigners(keys)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: r.text(string(sums))}, signers...)
	if err != nil {
		return err
	}
	signature, err := minisignature(keys, sums, "gosw "+r.version)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(r.dir, "release.note"), signed, 0o644),
		os.WriteFile(filepath.Join(r.dir, "SHA256SUMS.minisig"), signature, 0o644),
	)
}

func readSigners(dir string) ([]note.Signer, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.note"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no key *.note in %s; \"make release-key\" makes one", dir)
	}
	var signers []note.Signer
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		signer, err := note.NewSigner(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		signers = append(signers, signer)
	}
	return signers, nil
}

// minisignature signs with the newest minisign key: minisign takes one signature.
// Names of keys end in a year, so the newest is the last.
func minisignature(dir string, sums []byte, comment string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.minisign"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no key *.minisign in %s", dir)
	}
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		return nil, err
	}
	var key minisign.PrivateKey
	if err := key.UnmarshalText(text); err != nil {
		return nil, fmt.Errorf("%s: %w", files[len(files)-1], err)
	}
	// No time in it: who builds the release again gets the same bytes.
	return minisign.SignWithComments(key, sums, comment, "signature of SHA256SUMS of "+comment), nil
}
