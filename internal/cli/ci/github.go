package ci

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
)

// plan are the outputs that need no installed version.
func (j *job) plan() []variable {
	return []variable{{"key", j.Key}, {"store", j.Store}}
}

// writeGitHub writes what the job needs to the files of GitHub's runner: the outputs of
// a step, the environment and PATH of the steps after it, and a line of the summary. A
// second time in a job it writes the outputs only. Before is the version that was there
// already.
func (j *job) writeGitHub(a *app.App, before gover.Version) error {
	outputs := append(j.plan(), variable{"version", gover.Only(j.Version).String()}, variable{"goroot", j.GOROOT},
		variable{"h1", j.H1}, variable{"hit", fmt.Sprint(before == j.Version)})
	if err := appendTo(a, "GITHUB_OUTPUT", assignments(outputs)...); err != nil {
		return err
	}
	first, _, _ := strings.Cut(a.Getenv("PATH"), string(filepath.ListSeparator))
	if first == j.Path[0] && !slices.ContainsFunc(j.Environment, func(v variable) bool { return v.Value != a.Getenv(v.Name) }) {
		a.UI.Note("%v is set up already", j.Version)
		return nil
	}
	a.UI.Note("%v", j)
	paths := slices.Clone(j.Path)
	slices.Reverse(paths) // each goes before those that are there
	return errors.Join(
		appendTo(a, "GITHUB_ENV", assignments(j.Environment)...),
		appendTo(a, "GITHUB_PATH", paths...),
		appendTo(a, "GITHUB_STEP_SUMMARY", j.markdown(a)),
	)
}

// markdown is the line of the summary.
func (j *job) markdown(a *app.App) string {
	short := *j
	short.Source = relative(a, j.Source)
	return "Go: " + strings.NewReplacer("<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`).Replace(short.String())
}

func writeMatrix(a *app.App, numbers []string) error {
	text, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	return appendTo(a, "GITHUB_OUTPUT", "matrix="+string(text))
}

func assignments(list []variable) (lines []string) {
	for _, v := range list {
		lines = append(lines, v.Name+"="+v.Value)
	}
	return lines
}

// appendTo adds lines to a file that GitHub's runner reads. A line with a line break in
// it would be two, the second of which somebody else has chosen.
func appendTo(a *app.App, name string, lines ...string) error {
	file, err := a.Absolute(name)
	if err == nil && file == "" {
		err = failure.Usage(fmt.Errorf("ci --github needs %s", name), command.Hintf("--github is for a step of a GitHub job; elsewhere, run %v", command.Gosw("ci")))
	}
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, line := range lines {
		if strings.ContainsAny(line, "\r\n") {
			return fmt.Errorf("%s: %q has a line break", name, line)
		}
		text.WriteString(line + "\n")
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text.String())
	return errors.Join(err, f.Close())
}

// annotate prints err as GitHub shows it beside the line that is to blame, that of wish
// unless err names another.
func annotate(a *app.App, err error, wish upkeep.Wish) error {
	where, line := wish.File, wish.Line
	if pin := (*resolve.PinError)(nil); errors.As(err, &pin) && filepath.IsAbs(pin.Source) {
		where, line = pin.Source, pin.Line
	}
	text := err.Error()
	if hint := term.Words(a.Hint(err), a.UI.Shell); hint != "" {
		text += "\nhint: " + hint
	}
	return a.UI.Print("::error title=gosw%s::%s", place(a, where, line), escape(term.Clean(text), ""))
}

// place is a line of a file as a workflow command names it.
func place(a *app.App, file string, line int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return ",file=" + escape(relative(a, file), ":,")
	}
	return fmt.Sprintf(",file=%s,line=%d", escape(relative(a, file), ":,"), line)
}

// relative is a path, or a text that begins with one, as seen from the checkout.
func relative(a *app.App, path string) string {
	checkout := a.Getenv("GITHUB_WORKSPACE")
	if below, ok := strings.CutPrefix(path, checkout+string(filepath.Separator)); ok && checkout != "" {
		return filepath.ToSlash(below)
	}
	return path
}

// escape writes text as a value of a workflow command; more are characters that mean
// something where it stands.
func escape(text, more string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("%\r\n"+more, r) {
			fmt.Fprintf(&out, "%%%02X", r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}
