package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"

	"aead.dev/minisign"
	"golang.org/x/mod/sumdb/note"
)

// makeKey makes the two keys of a release, of one name, in a directory outside of
// any repository: NAME.note and NAME.minisign are secret, NAME.note.pub and
// NAME.minisign.pub are what the program and README give away. A key that is there
// already is not replaced.
func makeKey(name, dir string) error {
	if inRepository(dir) {
		return errors.New(dir + " is in a git repository; keep keys elsewhere")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	miniPublic, miniSecret, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	miniSecretText, err := miniSecret.MarshalText()
	if err != nil {
		return err
	}
	miniPublicText, err := miniPublic.MarshalText()
	if err != nil {
		return err
	}
	file := filepath.Join(dir, name)
	return errors.Join(
		create(file+".note", secret+"\n", 0o600),
		create(file+".note.pub", public+"\n", 0o644),
		create(file+".minisign", string(miniSecretText)+"\n", 0o600),
		create(file+".minisign.pub", string(miniPublicText)+"\n", 0o644),
	)
}

// create writes a new file and fails where there is one.
func create(name, text string, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// inRepository tells whether a directory, or the nearest above it that exists, is
// below one with .git.
func inRepository(dir string) bool {
	dir, err := filepath.Abs(dir)
	for err == nil {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	return false
}
