package cli

// Guesses at what a slip of the keyboard was meant for. They end up in hints
// only: nothing is done by a guess.

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
)

// versionWords are words for a version that gosw has another word for, or none.
var versionWords = []struct{ words, hint string }{
	{"go golang", `gosw installs versions of Go: "gosw install latest"`},
	{"newest last current new latest-stable stable-latest latest-release lastest", `the newest release is called "latest"`},
	{"previous prev old old-stable oldest-supported", `the line before the newest is called "oldstable"`},
	{"lts lts/*", `Go has no LTS; the line before the newest is called "oldstable"`},
	{"tip gotip master main head trunk dev devel nightly edge unstable", `gosw has releases only; Go's own tool for its development version is "go install golang.org/dl/gotip@latest"`},
	{"rc beta alpha next pre prerelease latest-rc candidate", `a candidate is named in full, such as 1.23rc1: "gosw list --remote --all" shows them`},
	{"all", `versions are named one by one; "gosw prune" removes what nothing asks for`},
}

// specHint says what may be typed instead of text, which is no version; typed
// is the whole command line.
func specHint(text string, typed []string) Hint {
	lower := strings.ToLower(strings.TrimSpace(text))
	at := slices.Index(typed, text)
	if next := at + 1; (lower == "go" || lower == "golang") && at > 0 && next < len(typed) && (parses(typed[next]) || nearSpec(typed[next]) != "") {
		return didYouMean(slices.Concat(typed[:at], []string{cmp.Or(nearSpec(typed[next]), typed[next])}, typed[next+1:]))
	}
	for _, w := range versionWords {
		if slices.Contains(strings.Fields(w.words), lower) {
			return hintf("%s", w.hint)
		}
	}
	if near := nearSpec(text); near != "" && at > 0 {
		return didYouMean(slices.Concat(typed[:at], []string{near}, typed[at+1:]))
	} else if near != "" {
		return hintf("did you mean %q?", near)
	}
	if strings.ContainsAny(text, `/\`) {
		return hintf(`an archive is taken by its published name, such as go1.22.5.linux-amd64.tar.gz, and a GOROOT by "gosw import DIR"`)
	}
	return hintf(`a version is 1.22.5, 1.22 (newest patch), 1.23rc1, latest, oldstable, or a constraint such as "~> 1.22.3"`)
}

// didYouMean asks about a whole command line, as the user would type it: some
// reach gosw from the shell's function and from direnv.
func didYouMean(args []string) Hint {
	argv := append([]string{"gosw"}, args...)
	switch {
	case len(args) > 1 && args[0] == "use" && args[1] == "--session":
		argv = slices.Delete(argv, 2, 3)
	case len(args) > 1 && args[0] == "env" && args[1] == "--direnv":
		argv = append([]string{"use", "gosw"}, args[2:]...)
	}
	return hintf("did you mean %v?", command.Run(argv...))
}

// corrected is args with what must be versions as gosw writes them.
func corrected(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if near := nearSpec(arg); near != "" {
			args[i] = near
		}
	}
	return args
}

// almost is a version with what people put around one: a name and a separator
// before it, commas for dots, a candidate as semver writes it, a platform.
var almost = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:golang|go|version|v)?[-_@:= ]*(?:go|v)?(1|[1-9]\d|1\d\d)(?:[.,](\d+))?(?:[.,](\d+|[x*]))?[.,]?(?:[-.]?(rc|beta)[-.]?(\d+))?[.,]?(?:[-. ][a-z].*)?$`)
})

// nearSpec returns the version that text may be meant for, "" if there is no
// telling, or if it is one.
func nearSpec(text string) string {
	if len(text) > 60 || parses(text) {
		return ""
	}
	try := strings.ToLower(strings.TrimSpace(text))
	if parses(try) {
		return try
	}
	if number, ok := strings.CutPrefix(try, "^"); ok && parses(">="+number) { // as in package.json
		return ">=" + number
	}
	if number, ok := strings.CutPrefix(try, "~"); ok && parses("~> "+number) {
		if spec, err := gover.ParseSpec(number); err == nil && spec.Kind() == gover.Line { // where "~> 1.22" allows 1.23
			return number
		}
		return "~> " + number
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
	near := major + "." + minor
	switch {
	case pre != "":
		near += pre
	case patch != "" && patch != "x" && patch != "*":
		near += "." + patch
	}
	if !parses(near) {
		return ""
	}
	return near
}

func parses(text string) bool {
	spec, err := gover.ParseSpec(text)
	if err == nil {
		_, err = constraint.Parse(spec)
	}
	return err == nil
}

// nearest returns the name that text is a slip of, or the beginning of, "" if
// none is near.
func nearest(text string, names []string) string {
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
		rows[i][0] = i
		for j := range rows[i] {
			if i == 0 {
				rows[0][j] = j
				continue
			} else if j == 0 {
				continue
			}
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
