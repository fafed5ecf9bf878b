package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gosw/gosw/internal/gover"
)

// currentFormat prints format for what applies here. It is made for prompts: it
// neither looks at go.mod nor changes anything.
func (a *app) currentFormat(format string) error {
	parts, err := parseFormat(format)
	if err != nil {
		return err
	}
	t, err := a.target(nil)
	if missing := (*notInstalledError)(nil); err != nil && (!errors.As(err, &missing) || !slices.Contains(parts, "%m")) {
		return err
	}
	var text strings.Builder
	for _, part := range parts {
		text.WriteString(clean(t.placeholder(part)))
	}
	return errors.Join(a.ui.print("%s", text.String()), err)
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
			return nil, usage(
				fmt.Errorf("--format has no placeholder %q", strings.TrimSuffix("%"+string(r), string(utf8.RuneError))),
				hintf("%s", `it knows %v %n %l %a %s %r %m and %%; "gosw current --help" says what they are`),
			)
		}
		parts = append(parts, "%"+rest[:1])
		format = rest[1:]
	}
	return parts, nil
}

// placeholder returns what part of a format stands for. If no version of t is
// installed, it is what was asked for.
func (t target) placeholder(part string) string {
	missing := t.version.IsZero() && t.choice.Spec.Kind() != gover.System
	switch part {
	case "%v":
		if missing {
			return specName(t.choice.Spec)
		}
		return versionName(t.version)
	case "%n":
		return strings.TrimPrefix(t.placeholder("%v"), "go")
	case "%l":
		if v, ok := t.choice.Spec.Version(); ok {
			return v.Line()
		}
		if missing || t.version.IsZero() {
			return t.choice.Spec.String()
		}
		return t.version.Line()
	case "%a":
		return t.choice.Spec.String()
	case "%s":
		return t.choice.Source()
	case "%r":
		return t.goroot
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
