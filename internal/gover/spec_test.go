package gover

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

var specs = []struct {
	text string
	kind Kind
	want string // canonical
}{
	{"1.22.3", Exact, "1.22.3"},
	{"go1.22.3", Exact, "1.22.3"},
	{"v1.22.3", Exact, "1.22.3"},
	{"1.22rc1", Exact, "1.22rc1"},
	{"go1.18beta2", Exact, "1.18beta2"},
	{"1.20.0", Exact, "1.20.0"},
	{"1.21.0", Exact, "1.21.0"},
	{"1.0.0", Exact, "1.0.0"},
	{"1.0.1", Exact, "1.0.1"},
	{"1.22", Line, "1.22"},
	{"go1.22", Line, "1.22"},
	{"v1.22", Line, "1.22"},
	{"1.22.x", Line, "1.22"},
	{"go1.22.x", Line, "1.22"},
	{"1.20", Line, "1.20"},
	{"1.0", Line, "1.0"},
	{"1", Latest, "latest"},
	{"go1", Latest, "latest"},
	{"1.x", Latest, "latest"},
	{"go1.x", Latest, "latest"},
	{"latest", Latest, "latest"},
	{"stable", Latest, "latest"},
	{"oldstable", Oldstable, "oldstable"},
	{"system", System, "system"},
	{"~> 1.22.3", Constraint, "~> 1.22.3"},
	{">=1.21,<1.23", Constraint, ">=1.21,<1.23"},
	{"!= 1.22.3", Constraint, "!= 1.22.3"},
	{"=go1.22rc1", Constraint, "=go1.22rc1"},
	{">", Constraint, ">"}, // whether it makes sense is for the evaluation to say
}

func TestParseSpec(t *testing.T) {
	t.Parallel()
	for _, test := range specs {
		s, err := ParseSpec(test.text)
		if err != nil || s.Kind() != test.kind || s.String() != test.want {
			t.Errorf("ParseSpec(%q) = %v (%d), %v, want %s (%d)", test.text, s, s.Kind(), err, test.want, test.kind)
		}
		if again, err := ParseSpec(s.String()); err != nil || again != s {
			t.Errorf("ParseSpec(%q) = %v, which becomes %v, %v", test.text, s, again, err)
		}
		v, ok := s.Version()
		if ok != (test.kind == Exact) || ok && Only(v) != s {
			t.Errorf("%v: Version = %v, %v", s, v, ok)
		}
	}
	hostile := []string{">1.22/..", ">1.22\n", ">$(x)", "> 1.22;x", "<" + strings.Repeat("1", 100), "≥1.22", ">1.22\x00", ">A"}
	for _, text := range slices.Concat(nonsense, hostile) {
		s, err := ParseSpec(text)
		if syntax := (*SyntaxError)(nil); !errors.As(err, &syntax) || s != (Spec{}) {
			t.Errorf("ParseSpec(%q) = %v, %v", text, s, err)
		}
	}
}

func TestNewest(t *testing.T) {
	t.Parallel()
	some := "go1.20.14 go1.22.10 go1.20 go1.23.1 go1.22.9 go1.21.0 go1.24rc2 go1.22rc1"
	for _, test := range []struct{ spec, versions, want string }{
		{"1.22", some, "go1.22.10"},
		{"1.20", some, "go1.20.14"},
		{"1.20.0", some, "go1.20"},
		{"1.20", "go1.20", "go1.20"},
		{"1.24", some, ""},
		{"1.24rc2", some, "go1.24rc2"},
		{"1.24rc1", some, ""},
		{"1.22.1", some, ""},
		{"latest", some, "go1.23.1"},
		{"oldstable", some, "go1.22.10"},
		{"oldstable", "go1.23.1 go1.21.0", ""},
		{"oldstable", "go1.24rc1", ""},
		{"latest", "go1.24rc1", ""},
		{"1.0", "go1 go1.0.3 go1.1", "go1.0.3"},
		{"1.0.0", "go1 go1.0.3", "go1"},
		{"system", some, ""},
		{">1", some, ""},
		{"latest", "", ""},
	} {
		s, err := ParseSpec(test.spec)
		if err != nil {
			t.Fatal(err)
		}
		var versions []Version
		for name := range strings.FieldsSeq(test.versions) {
			v, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			versions = append(versions, v)
		}
		if got, ok := s.Newest(versions); got.String() != test.want || ok != (test.want != "") {
			t.Errorf("%s of %s: %v, %v, want %q", test.spec, test.versions, got, ok, test.want)
		}
	}
	if s := (Spec{}); s.Match(Version{}) || s.String() != "" {
		t.Error("the zero Spec is something")
	}
}

// FuzzParseSpec checks that what is accepted reads back as itself, and that all
// but constraints are harmless in a path.
func FuzzParseSpec(f *testing.F) {
	for _, test := range specs {
		f.Add(test.text)
	}
	for _, text := range nonsense {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpec(text)
		if err != nil {
			return
		}
		if again, err := ParseSpec(s.String()); err != nil || again != s {
			t.Errorf("ParseSpec(%q) = %v, which becomes %v, %v", text, s, again, err)
		}
		if strings.ContainsAny(s.String(), "/\\$`'\"\n\x00") || s.Kind() != Constraint && harmful(s.String()) {
			t.Errorf("ParseSpec(%q) = %q", text, s)
		}
		if v, ok := s.Version(); ok && !s.Match(v) {
			t.Errorf("%v does not match %v", s, v)
		}
	})
}
