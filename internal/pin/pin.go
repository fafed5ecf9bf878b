// Package pin changes the text of the file that pins a directory, in the form that the
// file has: .go-version, a line of .tool-versions, a key of mise.toml. The version
// changes, and no other byte. What it can't change so is an error, never a guess: each
// result is read again by the rules of internal/resolve before it is returned. It
// touches no file.
package pin

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
)

// File is the name of the file that is made where none pins.
const File = ".go-version"

// A FormError says that the version stands in a form that only its owner can change.
type FormError struct{ Line int }

func (e *FormError) Error() string {
	return fmt.Sprintf("the version in line %d has a form that gosw does not change", e.Line)
}

// Set returns text, that of a pin file called name, with spec in the place of the
// versions that it names; as it is, if it names that already.
func Set(name, text string, spec gover.Spec) (string, error) {
	old, line, err := resolve.Parse(name, text)
	if err != nil {
		return "", err
	}
	wanted := []gover.Spec{spec}
	if slices.Equal(old, wanted) { // else a change of another version could pass for ours
		return text, nil
	}
	start, end := lineOf(text, line)
	for _, span := range versions(name, text[start:end]) {
		changed := text[:start+span[0]] + spec.String() + text[start+span[1]:]
		got, at, err := resolve.Parse(name, changed)
		if err == nil && at == line && slices.Equal(got, wanted) {
			return changed, nil
		}
	}
	return "", &FormError{line}
}

// Unset returns text without the line that pins; "" if nothing else is in it.
func Unset(name, text string) (string, error) {
	_, line, err := resolve.Parse(name, text)
	if err != nil {
		return "", err
	}
	if name == File {
		return "", nil
	}
	start, end := lineOf(text, line)
	if path.Ext(name) == ".toml" && !wholeLine.MatchString(strings.TrimRight(text[start:end], "\r\n")) {
		return "", &FormError{line}
	}
	changed := text[:start] + text[end:]
	if specs, at, err := resolve.Parse(name, changed); err != nil || len(specs) > 0 {
		return "", &FormError{max(line, at)}
	}
	if strings.TrimSpace(changed) == "" {
		return "", nil
	}
	return changed, nil
}

// wholeLine is a line of TOML that has the key go with its value, and no other.
var wholeLine = regexp.MustCompile(`^[ \t]*(tools[ \t]*\.[ \t]*)?["']?(core:)?(go|golang)["']?[ \t]*=[ \t]*` +
	`("[^"\\]*"|'[^']*'|\[[^\[\]]*\]|\{[^{}]*\})[ \t]*(#.*)?$`)

// lineOf returns where the 1-based line begins and ends, with its end of line.
func lineOf(text string, line int) (start, end int) {
	for n := 1; n < line; n++ {
		start += strings.IndexByte(text[start:], '\n') + 1
	}
	if length := strings.IndexByte(text[start:], '\n'); length >= 0 {
		return start, start + length + 1
	}
	return start, len(text)
}

// quoted is a text of TOML in one line.
var quoted = regexp.MustCompile(`"([^"\\\n]*)"|'([^'\n]*)'`)

// versions returns where in a line the versions may stand.
func versions(name, line string) (spans [][2]int) {
	if path.Ext(name) == ".toml" {
		for _, m := range quoted.FindAllStringSubmatchIndex(line, -1) {
			spans = append(spans, [2]int{max(m[2], m[4]), max(m[3], m[5])})
		}
		return spans
	}
	const blank = " \t\r\n"
	value, _, _ := strings.Cut(line, "#")
	start := len(value) - len(strings.TrimLeft(value, "\ufeff"+blank))
	if name != File { // "golang 1.22.4"
		length := strings.IndexAny(value[start:], " \t")
		if length < 0 {
			return nil
		}
		start += length
		start += len(value[start:]) - len(strings.TrimLeft(value[start:], blank))
	}
	return [][2]int{{start, max(start, len(strings.TrimRight(value, blank)))}}
}
