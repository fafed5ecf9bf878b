package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestActionSums has the list of the action: archives of both kinds, and no package.
func TestActionSums(t *testing.T) {
	dir := t.TempDir()
	sum := strings.Repeat("0a", 32)
	all := sum + "  gosw_1.2.3_linux_amd64.deb\n" + sum + "  gosw_1.2.3_linux_amd64.tar.gz\n" + sum + "  gosw_1.2.3_windows_amd64.zip\n" + sum + "  gosw_1.2.3.sbom.json\n"
	if err := os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(all), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"action", dir}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "gosw.sha256"))
	_, lines, _ := strings.Cut(string(got), "\n")
	if want := sum + "  gosw_1.2.3_linux_amd64.tar.gz\n" + sum + "  gosw_1.2.3_windows_amd64.zip\n"; err != nil || !strings.HasPrefix(string(got), "# ") || lines != want {
		t.Errorf("%s, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "SHA256SUMS"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"action", dir}); err == nil {
		t.Error("no archive is no error")
	}
}
