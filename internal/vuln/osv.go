package vuln

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/semver"
)

// The file ID/<id>.json of the database, as far as it matters here.
type osvEntry struct {
	ID        string        `json:"id"`
	Modified  time.Time     `json:"modified"`
	Withdrawn *time.Time    `json:"withdrawn"`
	Aliases   []string      `json:"aliases"`
	Summary   string        `json:"summary"`
	Affected  []osvAffected `json:"affected"`
}

type osvAffected struct {
	Package struct {
		Name string `json:"name"`
	} `json:"package"`
	Ranges []struct {
		Type   string  `json:"type"`
		Events []Event `json:"events"`
	} `json:"ranges"`
	Specific struct {
		Imports []Package `json:"imports"`
	} `json:"ecosystem_specific"`
}

// Bounds of what an entry may have; those of the world have a tenth.
const (
	maxAliases  = 50
	maxPackages = 1000
	maxSummary  = 300 // characters
)

// parseEntry reads the file of the vulnerability id. Whatever would have to be
// guessed is an error: to leave an entry out is to call a release sound.
func parseEntry(data []byte, id string) (*Entry, error) {
	var raw osvEntry
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, jsonError(err)
	}
	if raw.ID != id {
		return nil, fmt.Errorf("it has the ID %.100q", cleanLine(raw.ID))
	}
	e := &Entry{ID: id, Modified: raw.Modified, Withdrawn: raw.Withdrawn, Summary: shorten(cleanLine(raw.Summary), maxSummary)}
	for _, alias := range raw.Aliases {
		if validID(alias) && len(e.Aliases) < maxAliases { // it is only a name
			e.Aliases = append(e.Aliases, alias)
		}
	}
	for _, affected := range raw.Affected {
		if !isGo(affected.Package.Name) {
			continue
		}
		a, err := affected.reduce()
		if err != nil {
			return nil, err
		}
		e.Affected = append(e.Affected, a)
	}
	if len(e.Affected) == 0 {
		return nil, errors.New("it is not about Go's own modules")
	}
	return e, nil
}

func (o *osvAffected) reduce() (Affected, error) {
	a := Affected{Module: o.Package.Name}
	for _, r := range o.Ranges {
		if r.Type != "SEMVER" { // if there is no other, all versions are affected
			continue
		}
		for i, e := range r.Events {
			if err := e.check(); err != nil {
				return a, err
			}
			r.Events[i] = Event{canonical(e.Introduced), canonical(e.Fixed)}
		}
		reduced := Range{r.Events}
		reduced.sort()
		a.Ranges = append(a.Ranges, reduced)
	}
	if len(o.Specific.Imports) > maxPackages {
		return a, fmt.Errorf("more than %d packages", maxPackages)
	}
	for _, p := range o.Specific.Imports {
		a.Packages = append(a.Packages, Package{shorten(cleanLine(p.Path), maxSummary), words(p.GOOS), words(p.GOARCH)})
	}
	return a, nil
}

// check refuses an event that begins or ends nowhere, or both: it may have a field
// that is unknown here, such as last_affected.
func (e Event) check() error {
	text := e.Introduced + e.Fixed
	switch {
	case e.Introduced != "" && e.Fixed != "", text == "":
		return errors.New("an event that is not either introduced or fixed")
	case len(text) > 100 || e.Introduced != "0" && !semver.IsValid("v"+strings.TrimPrefix(canonical(text), "v")):
		return fmt.Errorf("%.100q is not a version", cleanLine(text))
	}
	return nil
}

// words makes names of platforms fit for a terminal.
func words(list []string) []string {
	clean := slices.Clone(list)
	for i := range clean {
		clean[i] = shorten(cleanLine(clean[i]), 50)
	}
	return clean
}

// validID reports whether a name from a database is safe as part of a path and
// on a terminal.
func validID(id string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	return id != "" && len(id) <= 100 && strings.Trim(id, letters+"-_.") == "" &&
		strings.Contains(letters, id[:1]) && !strings.Contains(id, "..")
}

// cleanLine makes one line of a text of a database, without what could steer a
// terminal or turn its direction.
func cleanLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text)), " ")
}

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// jsonError words what is wrong with JSON, without its content.
func jsonError(err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		kind := strings.Fields(mistyped.Value)[0]
		if mistyped.Field == "" {
			return fmt.Errorf("it is not a JSON %s", kind)
		}
		return fmt.Errorf("%q is not a JSON %s", cleanLine(mistyped.Field), kind)
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errors.New("broken JSON")
	}
	return errors.New("a value of the wrong form")
}
