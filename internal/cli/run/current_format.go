package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
)

// currentFormat prints format for what applies here. It is made for prompts: it
// neither looks at go.mod nor changes anything.
func currentFormat(a *app.App, format string) error {
	parts, err := parseFormat(format)
	if err != nil {
		return err
	}
	t, err := a.Target(nil)
	if missing := (*app.NotInstalledError)(nil); err != nil && (!errors.As(err, &missing) || !slices.Contains(parts, "%m")) {
		return err
	}
	var text strings.Builder
	for _, part := range parts {
		text.WriteString(term.Clean(placeholder(t, part)))
	}
	return errors.Join(a.UI.Print("%s", text.String()), err)
}

// parseFormat splits format into placeholders, such as "%v", and what is
// between them.
func parseFormat(format string) ([]string, error) {
	var parts []string
	for format != "" {
		text, rest, found := strings.Cut(format, "%")
		parts = append(parts, text)
		if !found {
			break
		}
		if rest == "" || !strings.Contains("vnlasrm%", rest[:1]) {
			r, _ := utf8.DecodeRuneInString(rest)
			return nil, failure.Usage(
				fmt.Errorf("--format has no placeholder %q", strings.TrimSuffix("%"+string(r), string(utf8.RuneError))),
				command.Hintf("%s", `use %v %n %l %a %s %r %m or %%; "gosw current --help" explains them`),
			)
		}
		parts = append(parts, "%"+rest[:1])
		format = rest[1:]
	}
	return parts, nil
}

// placeholder returns what part of a format stands for. If no version of t is
// installed, it is what was asked for.
func placeholder(t app.Target, part string) string {
	missing := t.Version.IsZero() && t.Choice.Spec.Kind() != gover.System
	switch part {
	case "%v":
		if missing {
			return app.SpecName(t.Choice.Spec)
		}
		return app.VersionName(t.Version)
	case "%n":
		return strings.TrimPrefix(placeholder(t, "%v"), "go")
	case "%l":
		if v, ok := t.Choice.Spec.Version(); ok {
			return v.Line()
		}
		if missing || t.Version.IsZero() {
			return t.Choice.Spec.String()
		}
		return t.Version.Line()
	case "%a":
		return t.Choice.Spec.String()
	case "%s":
		return t.Choice.Source()
	case "%r":
		return t.GOROOT
	case "%m":
		if missing {
			return "!"
		}
		return ""
	case "%%":
		return "%"
	}
	return part
}
