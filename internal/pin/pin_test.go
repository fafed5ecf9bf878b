package pin

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
)

func spec(t testing.TB, text string) gover.Spec {
	t.Helper()
	s, err := gover.ParseSpec(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// forms are pins of 1.22 in each form. VERSION stands for what changes; "" in unset
// says that only the user can take the pin out, "-" that nothing is left.
var forms = []struct{ name, text, unset string }{
	{".go-version", "VERSION\n", "-"},
	{".go-version", "VERSION", "-"},
	{".go-version", "\ufeff# ours\r\n\r\n  VERSION\t # keep\r\n# end", "-"},
	{".tool-versions", "nodejs 20.1\ngolang VERSION\npython 3.12\n", "nodejs 20.1\npython 3.12\n"},
	{".tool-versions", "golang  \tVERSION   # keep\r\nnodejs 20\r\n", "nodejs 20\r\n"},
	{".tool-versions", "# a\ngo VERSION", "# a\n"},
	{".tool-versions", "core:go VERSION\n", "-"},
	{"mise.toml", "[tools]\nnode = \"1.22\"\ngo = \"VERSION\" # keep\n\n[env]\ngo = \"1.22\"\n", "[tools]\nnode = \"1.22\"\n\n[env]\ngo = \"1.22\"\n"},
	{"mise.toml", "[tools]\r\n\"core:go\" = 'VERSION'\r\n", "[tools]\r\n"},
	{"mise.local.toml", "tools.go = \"VERSION\"\n", "-"},
	{"mise.toml", "tools = { node = \"1.22\", go = \"VERSION\" }\n", ""},
	{"mise.toml", "[tools]\ngo = { version = \"VERSION\", os = [\"linux\"] }\n", "[tools]\n"},
	{"mise.toml", "[tools]\ngo = [\"VERSION\"]\n", "[tools]\n"},
	{"mise.toml", "[tools.go]\nversion = \"VERSION\"\nos = \"linux\"\n", ""},
	{"mise.toml", "[tools]\ntext = '''\ngo = \"1.22\"\n'''\ngo = \"VERSION\"\n", "[tools]\ntext = '''\ngo = \"1.22\"\n'''\n"},
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, test := range forms {
		for _, old := range []string{"1.22", "go1.22.5", "v1.22", "latest"} {
			for _, version := range []string{"1.23", "1.21.13", "1.22", "~> 1.22.3"} {
				text := strings.ReplaceAll(test.text, "VERSION", old)
				got, err := Set(test.name, text, spec(t, version))
				want := strings.ReplaceAll(test.text, "VERSION", version)
				if spec(t, old) == spec(t, version) {
					want = text
				}
				if err != nil || got != want {
					t.Errorf("%s %q to %s: %q, %v", test.name, text, version, got, err)
				}
			}
		}
		got, err := Unset(test.name, strings.ReplaceAll(test.text, "VERSION", "1.22"))
		if test.unset == "" && !errors.As(err, new(*FormError)) || test.unset != "" && (err != nil || got != strings.TrimPrefix(test.unset, "-")) {
			t.Errorf("unset %s %q: %q, %v", test.name, test.text, got, err)
		}
	}
}

// TestSeveral replaces asdf's list of versions by one, and leaves what could lose
// something to the user.
func TestSeveral(t *testing.T) {
	t.Parallel()
	got, err := Set(".tool-versions", "golang 1.22.4 1.21.13 # keep\n", spec(t, "1.23"))
	if err != nil || got != "golang 1.23 # keep\n" {
		t.Errorf("%q, %v", got, err)
	}
	for _, test := range []struct{ name, text string }{
		{"mise.toml", "[tools]\ngo = [\"1.22\", \"1.21\"]\n"},
		{"mise.toml", "[tools]\ngo = [\n  \"1.22\",\n]\n"},
		{".tool-versions", "golang 1.22\ngo 1.22\n"},
		{".tool-versions", "golang: 1.22\n"},
		{".go-version", "1.22\n1.23\n"},
	} {
		if got, err := Set(test.name, test.text, spec(t, "1.23")); err == nil {
			t.Errorf("%s %q: %q", test.name, test.text, got)
		}
	}
}

// FuzzSet demands of any text that a change is read back as what was asked for, and
// that what is around it stays.
func FuzzSet(f *testing.F) {
	for _, test := range forms {
		f.Add(test.name, strings.ReplaceAll(test.text, "VERSION", "1.22"))
	}
	f.Add(".tool-versions", "golang\t\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, version := range []string{"1.30", "1.30.7"} {
			want := spec(t, version)
			got, err := Set(name, text, want)
			if err == nil {
				specs, _, err := resolve.Parse(name, got)
				if err != nil || !slices.Equal(specs, []gover.Spec{want}) {
					t.Fatalf("%s %q: %q says %v, %v", name, text, got, specs, err)
				}
				before, after, found := strings.Cut(got, version)
				if !found || !strings.HasPrefix(text, before) || !strings.HasSuffix(text, after) {
					if before = got[:strings.LastIndex(got, version)]; !strings.HasPrefix(text, before) {
						t.Fatalf("%s %q: %q", name, text, got)
					}
				}
			}
			if got, err := Unset(name, text); err == nil {
				if specs, _, err := resolve.Parse(name, got); err != nil || len(specs) > 0 {
					t.Fatalf("unset %s %q: %q says %v, %v", name, text, got, specs, err)
				}
			}
		}
	})
}
