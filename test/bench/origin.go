//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// An origin is the module proxy that a server gets from what it serves, each
// thing once: a benchmark that runs often should neither load a public service
// nor depend on it. Nothing is weakened by that: what is installed is proven.
type origin struct {
	address   string // the first element of GOPROXY, or "" if that is no address
	directory string // of what was fetched

	mu      sync.Mutex
	missing map[string]int // path to the status that says so
}

// cacheDirectory is where zips, archives and answers are kept, the one of the end
// to end tests.
func cacheDirectory() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "gosw-e2e"), nil
}

func newOrigin(directory string) (*origin, error) {
	out, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOPROXY: %w", err)
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(string(out)), "|", ","), ",")
	if u, err := url.Parse(first); err != nil || u.Host == "" {
		first = ""
	}
	return &origin{address: strings.TrimSuffix(first, "/"), directory: directory, missing: make(map[string]int)}, nil
}

// file returns the file that holds what p, the path of a request, is answered
// with, and the status: without a file when it is not 200.
func (o *origin) file(p string) (string, int, error) {
	file := o.name(p)
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := os.Stat(file); err == nil {
		return file, http.StatusOK, nil
	}
	if status := o.missing[p]; status != 0 {
		return "", status, nil
	}
	status, err := o.fetch(p, file)
	if err == nil && status != http.StatusOK {
		o.missing[p] = status
	}
	return file, status, err
}

// name returns where the answer to p is kept: zips under the name that the end
// to end tests use, all else under the whole path.
func (o *origin) name(p string) string {
	if strings.HasPrefix(p, "/golang.org/toolchain/@v/") && strings.HasSuffix(p, ".zip") {
		return filepath.Join(o.directory, path.Base(p))
	}
	return filepath.Join(o.directory, "answers", url.PathEscape(p))
}

func (o *origin) fetch(p, file string) (int, error) {
	if o.address == "" {
		return 0, fmt.Errorf("%s is not in %s, and the first element of GOPROXY is no address", p, o.directory)
	}
	answer, err := http.Get(o.address + p)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return answer.StatusCode, nil
	}
	return answer.StatusCode, keep(file, answer.Body)
}

// keep writes content to file, which is there as a whole or not at all.
func keep(file string, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), "part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone when it was renamed
	defer f.Close()
	if _, err := io.Copy(f, content); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
