package constraint

import (
	"errors"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ constraint, yes, no string }{
		{"~> 1.22.3", "go1.22.3 go1.22.12", "go1.22.2 go1.23.0 go1.22rc1 go1.21.9"},
		{"~>1.22.3", "go1.22.4", "go1.23.0"},
		{"~> 1.22", "go1.22.0 go1.23.1 go1.99.0", "go1.21.13"},
		{"~> go1.22.3", "go1.22.3", "go1.22.2"},
		{">=1.21,<1.23", "go1.21.0 go1.22.12", "go1.20.14 go1.23.0 go1.22rc1"},
		{">= 1.21, < 1.23", "go1.21.0", "go1.23.0"},
		{">= v1.21 , <go1.23", "go1.21.0", "go1.23.0"},
		{"1.22.3", "go1.22.3", "go1.22.4"},
		{"= 1.20", "go1.20", "go1.20.1"},
		{"=1.20.0", "go1.20", "go1.20.1"},
		{"~> 1.22.0, 1.22.3", "go1.22.3", "go1.22.4"},
		{"~> 1", "go1 go1.27.4", "go1.27rc1"},
		{"!= 1.22.3", "go1.22.2 go1.22.4 go1", "go1.22.3"},
		{"< 1.1", "go1 go1.0.3", "go1.1"},
		{"> 1.22", "go1.22.1", "go1.22.0 go1.22rc1"},
		{">= 1.22rc1", "go1.22rc1 go1.22rc2 go1.22rc10 go1.22.0 go1.23.1", "go1.22beta1 go1.21.0"},
		{"> 1.22rc2", "go1.22rc3 go1.22rc10", "go1.22rc1 go1.22rc2 go1.22beta9"},
		{">= 1.22beta1", "go1.22beta1 go1.22rc1", "go1.21.0"},
		{"= 1.22rc1", "go1.22rc1", "go1.22rc2 go1.22.0 go1.22rc10"},
		{">= 1.22", "go1.22.0", "go1.22rc1 go1.23rc1"},
	} {
		spec, err := gover.ParseSpec(test.constraint)
		if err != nil {
			t.Fatal(err)
		}
		match, err := Parse(spec)
		if err != nil {
			t.Errorf("%s: %v", test.constraint, err)
			continue
		}
		for want, names := range map[bool]string{true: test.yes, false: test.no} {
			for _, v := range parse(t, names) {
				if match(v) != want {
					t.Errorf("%s: %v is %v, want %v", test.constraint, v, !want, want)
				}
			}
		}
	}
}

func parse(t *testing.T, names string) []gover.Version {
	t.Helper()
	var versions []gover.Version
	for name := range strings.FieldsSeq(names) {
		v, err := gover.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, v)
	}
	return versions
}

func TestNewest(t *testing.T) {
	t.Parallel()
	const some = "go1.20.14 go1.22.10 go1.22.9 go1.23.1 go1.24rc10 go1.24rc2"
	for _, test := range []struct{ spec, want string }{
		{"~> 1.22.3", "go1.22.10"},
		{"<1.23,>=1.20", "go1.22.10"},
		{">=1.24rc1", "go1.24rc10"},
		{">1.24", ""},
		{"1.22", "go1.22.10"},
		{"latest", "go1.23.1"},
		{"oldstable", "go1.22.10"},
		{"1.22.9", "go1.22.9"},
	} {
		spec, err := gover.ParseSpec(test.spec)
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := Newest(spec, parse(t, some))
		if err != nil || got.String() != test.want || ok != (test.want != "") {
			t.Errorf("%s: %v, %v, %v, want %q", test.spec, got, ok, err, test.want)
		}
	}
}

func TestNonsense(t *testing.T) {
	t.Parallel()
	for _, text := range []string{">", ">=,<", "~>", ">>1.22", "=>1.22", ">1.22,", "<1.22rc", "! 1.22", ">1.22.3.4", ">1.22.3rc1", ">1.022", ">2", "~>1.22abc", "<1.22beta", ">1.22 <1.23", ">=1.22 1.23", ">go"} {
		spec, err := gover.ParseSpec(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_, _, err = Newest(spec, parse(t, "go1.22.3"))
		if syntax := (*gover.SyntaxError)(nil); !errors.As(err, &syntax) || syntax.Text != text {
			t.Errorf("%s: %v", text, err)
		}
	}
}
