// Package constraint evaluates version constraints such as "~> 1.22.3" and
// ">=1.21,<1.23" over Go versions, with the meaning that hashicorp/go-version
// gives them: a comma means and; "~> 1.22.3" is any 1.22 patch from 3 on;
// pre-releases match only a constraint that names one.
//
// It is apart from gover because the shim must not link it.
package constraint

import (
	"regexp"
	"strings"
	"sync"

	hashicorp "github.com/hashicorp/go-version"

	"github.com/gosw/gosw/internal/gover"
)

// part is what stands between two commas: an operator and its operand. Most
// commands have no constraint to read.
var part = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^ *(>=|<=|!=|~>|=|>|<|) *([a-z0-9.]+) *$`)
})

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
	v, ok := gover.NewestOf(versions, match)
	return v, ok, nil
}

// Parse returns the function that says whether a version is one that spec can
// stand for. For a constraint that makes no sense it returns a
// [*gover.SyntaxError].
func Parse(spec gover.Spec) (func(gover.Version) bool, error) {
	if spec.Kind() != gover.Constraint {
		return spec.Match, nil
	}
	nonsense := &gover.SyntaxError{Text: spec.String(), Reason: "not a version constraint"}
	var parts []string
	for text := range strings.SplitSeq(spec.String(), ",") {
		rewritten, ok := rewrite(text)
		if !ok {
			return nil, nonsense
		}
		parts = append(parts, rewritten)
	}
	constraints, err := hashicorp.NewConstraint(strings.Join(parts, ","))
	if err != nil {
		return nil, nonsense
	}
	return func(v gover.Version) bool {
		parsed, err := hashicorp.NewVersion(v.Semver())
		return err == nil && constraints.Check(parsed)
	}, nil
}

// rewrite checks one part by the grammar of gover, since hashicorp/go-version
// takes much more for a version, and spells its operand for it.
func rewrite(text string) (string, bool) {
	m := part().FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	operand, err := gover.ParseSpec(m[2])
	if err != nil {
		return "", false
	}
	if v, ok := operand.Version(); ok {
		return m[1] + v.Semver(), true
	}
	if operand.Kind() == gover.Latest { // written "1"
		return m[1] + "1", true
	}
	return m[1] + operand.String(), true // "~> 1.22" is not "~> 1.22.0"
}
