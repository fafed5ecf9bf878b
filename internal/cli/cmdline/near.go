package cmdline

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/spelling"
)

// versionWords are words for a version that gosw has another word for, or none.
var versionWords = []struct{ words, hint string }{
	{"go golang", `gosw installs Go itself; name a version: "gosw install latest"`},
	{"newest last current new latest-stable stable-latest latest-release lastest", `for the newest release, write "latest"`},
	{"previous prev old old-stable oldest-supported", `for the line before the newest, write "oldstable"`},
	{"lts lts/*", `Go has no LTS; for the line before the newest, write "oldstable"`},
	{"tip gotip master main head trunk dev devel nightly edge unstable", `gosw installs releases only; for the development version, run "go install golang.org/dl/gotip@latest"`},
	{"rc beta alpha next pre prerelease latest-rc candidate", `name a candidate in full, such as 1.23rc1; "gosw list --remote --all" lists them`},
	{"all", `name each version; "gosw prune" removes the unused ones`},
}

// specHint says what may be typed instead of text, which is no version; typed
// is the whole command line.
func specHint(text string, typed []string) command.Hint {
	lower := strings.ToLower(strings.TrimSpace(text))
	at := slices.Index(typed, text)
	if next := at + 1; (lower == "go" || lower == "golang") && at > 0 && next < len(typed) && (spelling.IsVersion(typed[next]) || spelling.Version(typed[next]) != "") {
		return didYouMean(slices.Concat(typed[:at], []string{cmp.Or(spelling.Version(typed[next]), typed[next])}, typed[next+1:]))
	}
	for _, w := range versionWords {
		if slices.Contains(strings.Fields(w.words), lower) {
			return command.Hintf("%s", w.hint)
		}
	}
	if near := spelling.Version(text); near != "" && at > 0 {
		return didYouMean(slices.Concat(typed[:at], []string{near}, typed[at+1:]))
	} else if near != "" {
		return command.Hintf("did you mean %q?", near)
	}
	if strings.ContainsAny(text, `/\`) {
		return command.Hintf(`install an archive by its published name, such as go1.22.5.linux-amd64.tar.gz; import a GOROOT with "gosw import DIR"`)
	}
	return command.Hintf(`write a version as 1.22.5, 1.22 (its newest patch), 1.23rc1, latest, oldstable or "~> 1.22.3"`)
}

// didYouMean asks about a whole command line, as the user would type it: some
// reach gosw from the shell's function and from direnv.
func didYouMean(args []string) command.Hint {
	argv := append([]string{"gosw"}, args...)
	switch {
	case len(args) > 1 && args[0] == "use" && args[1] == "--session":
		argv = slices.Delete(argv, 2, 3)
	case len(args) > 1 && args[0] == "env" && args[1] == "--direnv":
		argv = append([]string{"use", "gosw"}, args[2:]...)
	}
	return command.Hintf("did you mean %v?", command.Run(argv...))
}

// corrected is args with what must be versions as gosw writes them.
func corrected(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if near := spelling.Version(arg); near != "" {
			args[i] = near
		}
	}
	return args
}
