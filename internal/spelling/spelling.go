// Package spelling guesses which name or version a mistyped one was meant for.
package spelling

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
)

// almost is a version with what people put around one: a name and a separator
// before it, commas for dots, a candidate as semver writes it, a platform or what
// else a Docker tag has.
var almost = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:golang|go|toolchain|version|latest|prefix|v)?[-_@:= ]*(?:go|v)?(1|[1-9]\d|1\d\d)(?:[.,](\d+))?(?:[.,](\d+|[x*]))?[.,]?(?:[-.]?(rc|beta)[-.]?(\d+))?[.,]?(?:[-. ][a-z].*)?$`)
})

// unseen takes off what is no part of a version but comes along when one is copied:
// quotes, and characters that can't be seen. A blank of another kind becomes a blank.
var unseen = strings.NewReplacer(
	`"`, "", "'", "", "`", "", "\u201c", "", "\u201d", "", "\u2018", "", "\u2019", "",
	"\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "",
	"\u00a0", " ", "\u2007", " ", "\u202f", " ",
)

// between is the place in a constraint where a comma is missing.
var between = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([0-9a-z]) +([<>=!~])`) })

// mostPatches is more than any line of Go has had.
const mostPatches = 20

// Version returns the version that text may be meant for, "" if there is no
// telling, or if it is one.
func Version(text string) string {
	if len(text) > 60 || IsVersion(text) {
		return ""
	}
	try := strings.ToLower(strings.TrimSpace(unseen.Replace(text)))
	if IsVersion(try) {
		return try
	}
	if number, ok := strings.CutPrefix(try, "^"); ok && IsVersion(">="+number) { // as in package.json
		return ">=" + number
	}
	if number, ok := strings.CutPrefix(try, "~"); ok && IsVersion("~> "+number) {
		if spec, err := gover.ParseSpec(number); err == nil && spec.Kind() == gover.Line { // where "~> 1.22" allows 1.23
			return number
		}
		return "~> " + number
	}
	if try := between().ReplaceAllString(try, "$1,$2"); IsVersion(try) {
		return try
	}
	m := almost().FindStringSubmatch(try)
	if m == nil {
		return ""
	}
	major, minor, patch, pre := m[1], m[2], m[3], m[4]+m[5]
	if major != "1" { // as if Go 22 were a name, or the dot was left out
		major, minor, patch = "1", strings.TrimPrefix(major, "1"), minor
		if len(m[1]) == 2 {
			minor = m[1]
		}
	}
	if n, err := strconv.Atoi(patch); err == nil && n > mostPatches {
		if m[1] != "11" {
			return ""
		}
		minor, patch = patch, m[3] // 11.22: a 1 too many
	}
	near := major + "." + minor
	switch {
	case pre != "":
		near += pre
	case patch != "" && patch != "x" && patch != "*":
		near += "." + patch
	}
	if !IsVersion(near) {
		return ""
	}
	return near
}

// IsVersion reports whether text is a version, or stands for one.
func IsVersion(text string) bool {
	spec, err := gover.ParseSpec(text)
	if err == nil {
		_, err = constraint.Parse(spec)
	}
	return err == nil
}

// Nearest returns the name that text is a slip of, or the beginning of, "" if
// none is near.
func Nearest(text string, names []string) string {
	best, bestDistance := "", max(1, len(text)/3)+1
	for _, name := range names {
		d := distance(strings.ToLower(text), name)
		if len(text) > 1 && strings.HasPrefix(name, text) {
			d = 1
		}
		if d < bestDistance && len(text) > 1 {
			best, bestDistance = name, d
		}
	}
	return best
}

// distance counts the letters that are wrong, missing, too many, or swapped with
// the next one.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return max(len(a), len(b))
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j], rows[i][j-1], rows[i-1][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
