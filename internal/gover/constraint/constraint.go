// Package constraint evaluates version constraints such as "~> 1.22.3" and
// ">=1.21,<1.23" over Go versions, with the meaning that hashicorp/go-version
// gives them: a comma means and; "~> 1.22.3" is any 1.22 patch from 3 on;
// pre-releases match only a constraint that names one.
//
// It is apart from gover because the shim must not link it.
package constraint

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	hashicorp "github.com/hashicorp/go-version"

	"github.com/gosw/gosw/internal/gover"
)

// operand is a version inside a constraint, with the prefix that Go or a user
// may have put before it.
var operand = regexp.MustCompile(`(?:go|v)?([0-9]+(?:\.[0-9]+)*)(?:(beta|rc)([0-9]+))?`)

// Newest returns the newest of versions that spec stands for. It is
// [gover.Spec.Newest] for every spec, constraints included; the error is that
// of a constraint that makes no sense, a [*gover.SyntaxError].
func Newest(spec gover.Spec, versions []gover.Version) (gover.Version, bool, error) {
	if spec.Kind() != gover.Constraint {
		v, ok := spec.Newest(versions)
		return v, ok, nil
	}
	match, err := Parse(spec)
	if err != nil {
		return gover.Version{}, false, err
	}
	var best gover.Version
	for _, v := range versions {
		if match(v) && (best.IsZero() || gover.Compare(v, best) > 0) {
			best = v
		}
	}
	return best, !best.IsZero(), nil
}

// Parse returns the function that says whether a version is one that spec can
// stand for. For a constraint that makes no sense it returns a
// [*gover.SyntaxError].
func Parse(spec gover.Spec) (func(gover.Version) bool, error) {
	if spec.Kind() != gover.Constraint {
		return spec.Match, nil
	}
	constraints, err := hashicorp.NewConstraint(operand.ReplaceAllStringFunc(spec.String(), rewrite))
	if err != nil {
		return nil, &gover.SyntaxError{Text: spec.String(), Reason: "not a version constraint"}
	}
	return func(v gover.Version) bool {
		parsed, err := hashicorp.NewVersion(semantic(v))
		return err == nil && constraints.Check(parsed)
	}, nil
}

// rewrite spells an operand as hashicorp/go-version orders it right: the
// number of a release candidate is a field of its own, else rc10 sorts before
// rc2.
func rewrite(text string) string {
	m := operand.FindStringSubmatch(text)
	if m[2] == "" {
		return m[1]
	}
	number := m[1]
	for strings.Count(number, ".") < 2 {
		number += ".0"
	}
	return number + "-" + m[2] + "." + m[3]
}

func semantic(v gover.Version) string {
	s := fmt.Sprintf("1.%d.%d", v.Minor(), v.Patch())
	if kind, number := v.Prerelease(); kind != "" {
		s += "-" + kind + "." + strconv.Itoa(number)
	}
	return s
}
