package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// path is the module that is released.
const path = "github.com/gosw/gosw"

// writeProxy writes the files of the module at a git revision of the repository
// root, as the module proxy protocol lays them out, below dir under the version
// given. It returns the module's h1, which the checksum
// database will record once the version is public.
//
// A release is built from this tree and not from a checkout: only so are its bytes
// those that "go install" of the published version gives.
func writeProxy(root, dir, revision, version string) (string, error) {
	if semver.Canonical(version) != version {
		return "", fmt.Errorf("%q is not a version such as v1.2.3", version)
	}
	root, err := git(root, "rev-parse", "--show-toplevel")
	if err != nil {
		return "", err
	}
	at := filepath.Join(dir, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		return "", err
	}
	archive := filepath.Join(at, version+".zip")
	if err := writeZip(archive, root, revision, version); err != nil {
		return "", err
	}
	mod, err := git(root, "show", revision+":go.mod")
	if err != nil {
		return "", err
	}
	committed, err := git(root, "log", "-1", "--format=%cI", revision)
	if err != nil {
		return "", err
	}
	when, err := time.Parse(time.RFC3339, committed)
	if err != nil {
		return "", err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version, when.UTC()})
	if err != nil {
		return "", err
	}
	if err := errors.Join(
		os.WriteFile(filepath.Join(at, version+".mod"), []byte(mod+"\n"), 0o644),
		os.WriteFile(filepath.Join(at, version+".info"), info, 0o644),
		os.WriteFile(filepath.Join(at, "list"), []byte(version+"\n"), 0o644),
	); err != nil {
		return "", err
	}
	return dirhash.HashZip(archive, dirhash.Hash1)
}

func writeZip(file, root, revision, version string) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return zip.CreateFromVCS(f, module.Version{Path: path, Version: version}, root, revision, "")
}

// git runs git in dir and returns what it prints, without the last newline.
func git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, exit.Stderr)
	}
	return strings.TrimSuffix(string(out), "\n"), err
}
