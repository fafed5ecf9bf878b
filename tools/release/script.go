package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed install.sh
var script string

// writeScript writes install.sh with the version and the hashes of the archives in
// it, so that who trusts the script needs to trust no server that has the archives.
func writeScript(dir, version string) error {
	archives, err := archiveSums(dir, ".tar.gz")
	if err != nil {
		return err
	}
	text := strings.NewReplacer("@VERSION@", version, "@SUMS@\n", archives).Replace(script)
	return os.WriteFile(filepath.Join(dir, "install.sh"), []byte(text), 0o755)
}

// writeActionSums writes the hashes of the archives, those for Windows too, as the action
// has them. They can't be in the commit of the release, whose archives they are of, so
// they go into the next one.
func writeActionSums(dir string) error {
	archives, err := archiveSums(dir, ".tar.gz", ".zip")
	if err != nil {
		return err
	}
	const head = "# SHA-256 of the archives of the gosw that the action installs (docs/releasing.md).\n"
	return os.WriteFile(filepath.Join(dir, "gosw.sha256"), []byte(head+archives), 0o644)
}

// archiveSums returns the lines of dir/SHA256SUMS for files with one of endings.
func archiveSums(dir string, endings ...string) (string, error) {
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return "", err
	}
	var archives strings.Builder
	for line := range strings.Lines(string(sums)) {
		if slices.ContainsFunc(endings, func(end string) bool { return strings.HasSuffix(strings.TrimSpace(line), end) }) {
			archives.WriteString(line)
		}
	}
	if archives.Len() == 0 {
		return "", fmt.Errorf("%s/SHA256SUMS has no archive", dir)
	}
	return archives.String(), nil
}
