package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:embed install.sh
var script string

// writeScript writes install.sh with the version and the hashes of the archives in
// it, so that who trusts the script needs to trust no server that has the archives.
func writeScript(dir, version string) error {
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return err
	}
	var archives strings.Builder
	for line := range strings.Lines(string(sums)) {
		if strings.HasSuffix(strings.TrimSpace(line), ".tar.gz") {
			archives.WriteString(line)
		}
	}
	if archives.Len() == 0 {
		return fmt.Errorf("%s/SHA256SUMS has no archive", dir)
	}
	text := strings.NewReplacer("@VERSION@", version, "@SUMS@\n", archives.String()).Replace(script)
	return os.WriteFile(filepath.Join(dir, "install.sh"), []byte(text), 0o755)
}
