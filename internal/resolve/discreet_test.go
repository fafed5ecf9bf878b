package resolve

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestDiscreet has pins that no grammar can read: what they say is quoted only
// where it may be meant for a version, and is in the repository itself.
func TestDiscreet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		target     string // of a link, which has the text
		quoted     bool
	}{
		{".go-version", "1.22 or so", "", true},
		{".go-version", "s3cret and much more of it", "", false},
		{".go-version", "s3cret", "../elsewhere", false},
		{".go-version", "s3cret", ".env", false}, // which a repository is told to ignore
		{".go-version", "s3cret", "/elsewhere", false},
		{".tool-versions", "golang 1.22 or so", "", true},
		{".tool-versions", "golang s3cret-and-much-more-of-it", "", false},
		{".tool-versions", "golang s3cret", "../elsewhere", false},
		{"mise.toml", "[tools]\ngo = \"s3cret\"", "../elsewhere", false},
		{"mise.toml", "[tools]\ngo = \"1.22 or so\"", "", true},
	} {
		root := t.TempDir()
		dir := filepath.Join(root, "project")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		file, target := filepath.Join(dir, test.name), test.target
		if filepath.IsAbs(target) {
			target = root + target
		}
		content := file
		if target != "" {
			if err := os.Symlink(target, file); err != nil && runtime.GOOS == "windows" {
				t.Skip(err)
			} else if err != nil {
				t.Fatal(err)
			}
			if content = target; !filepath.IsAbs(target) {
				content = filepath.Join(dir, target)
			}
		}
		if err := os.WriteFile(content, []byte(test.text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := For(Env{}, dir)
		if err == nil || !strings.HasPrefix(err.Error(), file+":") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s -> %q: %v", test.text, test.target, err)
		} else if quoted := !strings.Contains(err.Error(), "not shown"); quoted != test.quoted {
			t.Errorf("%s -> %q: quoted %v: %v", test.text, test.target, quoted, err)
		}
	}
}
