package gover

import (
	"errors"
	"go/version"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// releases are names that Go has given, in order: the first of each kind, and
// both sides of every change in the way of naming.
var releases = strings.Fields(`
	go1 go1.0.1 go1.0.3 go1.1rc2 go1.1 go1.1.2 go1.2.2 go1.3beta1 go1.3beta2 go1.3rc1 go1.3 go1.4.3
	go1.5beta1 go1.5 go1.9.7 go1.10beta1 go1.10 go1.10.8 go1.13.15 go1.18beta1 go1.18rc1 go1.18
	go1.18.10 go1.19.13 go1.20rc3 go1.20 go1.20.1 go1.20.14 go1.21rc2 go1.21rc3 go1.21rc4 go1.21.0 go1.21.13
	go1.22rc1 go1.22.0 go1.22.12 go1.23.0 go1.26.8 go1.27rc1 go1.27rc2 go1.27rc10 go1.27.0 go1.27.4 go1.100.0`)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"1", "go1"}, {"go1", "go1"}, {"1.0", "go1"}, {"1.0.0", "go1"}, {"1.0.1", "go1.0.1"},
		{"1.20", "go1.20"}, {"1.20.0", "go1.20"}, {"go1.20.0", "go1.20"}, {"v1.20", "go1.20"},
		{"1.21.0", "go1.21.0"}, {"go1.21.0", "go1.21.0"}, {"v1.21.0", "go1.21.0"},
		{"1.22.3", "go1.22.3"}, {"1.22rc1", "go1.22rc1"}, {"1.22beta2", "go1.22beta2"}, {"1.27rc10", "go1.27rc10"},
		{"1.999.999", "go1.999.999"}, {"1.22rc0", "go1.22rc0"},
	} {
		if v, err := Parse(test.text); err != nil || v.String() != test.want {
			t.Errorf("Parse(%q) = %v, %v, want %s", test.text, v, err, test.want)
		}
	}
	for _, name := range releases {
		if v, err := Parse(name); err != nil || v.String() != name || v.Number() != name[2:] {
			t.Errorf("Parse(%q) = %v, %v", name, v, err)
		}
	}
}

// nonsense is neither a version nor a line nor a word.
var nonsense = []string{
	"", " ", "go", "v", "gogo1.22", "gov1.22", "vgo1.22", "Go1.22.3", "1.", ".22", "1..3", "1.22.", "1.22.3.", "1.22.3.4",
	"01.22", "1.022", "1.22.03", "1.22rc", "1.22rc01", "1.22rc1.1", "1.22.3rc1", "1.22RC1", "1.22alpha1", "1.22-rc1", "1.22.3+x",
	"1.1000", "1.22.1000", "1.22rc1000", "2", "2.1", "0.9", "-1.22", "+1.22", "1e2", "0x1", "1.22.3 ", " 1.22.3", "1.22\n", "1.22\x00",
	"1.22/..", "../1.22", "1,22", "1.٢", "１.22", "1.22.3go", "x", "nil", "1.22.x.x", "1.22.3.x", "1.x.x", "x.x", "1.22rc1.x", "1.X", "1.22.*",
	"LATEST", "latest ", "newest", "sys", "1" + strings.Repeat("0", 1000),
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	lines := []string{"1.21", "go1.22", "v1.27", "1.22.x", "1.x", "latest", "stable", "oldstable", "system", ">1.21", "~> 1.22"}
	for _, text := range slices.Concat(nonsense, lines) {
		v, err := Parse(text)
		if syntax := (*SyntaxError)(nil); !errors.As(err, &syntax) || syntax.Text != text || !v.IsZero() {
			t.Errorf("Parse(%q) = %v, %v", text, v, err)
		}
	}
	long := &SyntaxError{Text: strings.Repeat("x", 10_000), Reason: "r"}
	if got := long.Error(); len(got) > 100 || !strings.HasSuffix(got, "…\": r") {
		t.Errorf("a long text becomes %q", got)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, line string
		minor      int
		patch      int
		kind       string
		number     int
		next       string
	}{
		{"go1", "1.0", 0, 0, "", 0, "go1.0.1"},
		{"go1.0.3", "1.0", 0, 3, "", 0, "go1.0.4"},
		{"go1.20", "1.20", 20, 0, "", 0, "go1.20.1"},
		{"go1.20rc3", "1.20", 20, 0, "rc", 3, "go1.20"},
		{"go1.22rc1", "1.22", 22, 0, "rc", 1, "go1.22.0"},
		{"go1.18beta2", "1.18", 18, 0, "beta", 2, "go1.18"},
		{"go1.22.12", "1.22", 22, 12, "", 0, "go1.22.13"},
	} {
		v, err := Parse(test.text)
		if err != nil {
			t.Fatal(err)
		}
		kind, number := v.Prerelease()
		if v.Line() != test.line || v.Minor() != test.minor || v.Patch() != test.patch || kind != test.kind ||
			number != test.number || v.IsPrerelease() != (kind != "") || v.Next().String() != test.next {
			t.Errorf("%v: %s, %d, %d, %s%d, %v; want %+v", v, v.Line(), v.Minor(), v.Patch(), kind, number, v.Next(), test)
		}
	}
	if zero := (Version{}); !zero.IsZero() || zero.Line() != "" || zero.String() != "" {
		t.Error("the zero Version is something")
	}
}

// TestOrder compares with the order of the table, and with go/version's.
func TestOrder(t *testing.T) {
	t.Parallel()
	var sorted []Version
	for _, name := range releases {
		v, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		sorted = append(sorted, v)
	}
	for i, a := range sorted {
		for j, b := range sorted {
			want := max(-1, min(1, i-j))
			if got := Compare(a, b); got != want || got != version.Compare(a.String(), b.String()) {
				t.Errorf("Compare(%v, %v) = %d, want %d", a, b, got, want)
			}
		}
	}
	shuffled := slices.Clone(sorted)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	slices.SortFunc(shuffled, Compare)
	if !slices.Equal(shuffled, sorted) {
		t.Errorf("sorted: %v", shuffled)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var v Version
	if err := v.UnmarshalText([]byte("1.22.3")); err != nil {
		t.Fatal(err)
	}
	if text, err := v.MarshalText(); string(text) != "go1.22.3" || err != nil {
		t.Errorf("MarshalText = %q, %v", text, err)
	}
	if err := v.UnmarshalText([]byte("../x")); err == nil || !v.IsZero() {
		t.Errorf("UnmarshalText of nonsense = %v, %v", v, err)
	}
}

// FuzzParse checks that what is accepted is one of Go's names, spelled as Go
// does, and harmless in a path.
func FuzzParse(f *testing.F) {
	for _, text := range slices.Concat(releases, nonsense) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		if err != nil {
			if !v.IsZero() {
				t.Errorf("Parse(%q) = %v, %v", text, v, err)
			}
			return
		}
		again, err := Parse(v.String())
		if err != nil || again != v {
			t.Errorf("Parse(%q) = %v, which becomes %v, %v", text, v, again, err)
		}
		if !version.IsValid(v.String()) || version.Lang(v.String()) != "go"+v.Line() && v.Line() != "1.0" {
			t.Errorf("Parse(%q) = %v, which go/version takes for %q", text, v, version.Lang(v.String()))
		}
		if harmful(v.String()) || len(v.String()) > len("go1.999beta999") {
			t.Errorf("Parse(%q) = %q", text, v)
		}
		if Compare(v, v.Next()) >= 0 {
			t.Errorf("%v is not before %v", v, v.Next())
		}
	})
}

// harmful reports whether text could be more than a name.
func harmful(text string) bool {
	return text == "" || text[0] == '-' || text[0] == '.' || strings.Contains(text, "..") ||
		strings.ContainsFunc(text, func(r rune) bool {
			return (r < '0' || r > '9') && (r < 'a' || r > 'z') && r != '.'
		})
}
