package resolve

import (
	"errors"
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// miseTools reads what mise's configuration names as versions of go: the key go of
// the table tools, which is a text, a list of texts, or a table with the key
// version. It returns none where there is no such key.
func miseTools(text string) (specs []gover.Spec, line int, err error) {
	if !strings.Contains(text, "go") { // which most that are not about Go lack
		return nil, 0, nil
	}
	var versions []string
	p := &tomlReader{text: text, visit: func(path []string, values []string, at int) {
		if len(path) == 3 && path[2] == "version" {
			path = path[:2]
		}
		if len(path) == 2 && path[0] == "tools" && isGo(path[1]) && line == 0 {
			versions, line = values, at
		}
	}}
	switch {
	case !p.document():
		return nil, p.line(), errors.New("is not valid TOML")
	case line > 0 && len(versions) == 0:
		return nil, line, errors.New("the value of go is neither a string nor a list of strings")
	}
	specs, err = parseAll(versions)
	return specs, line, err
}

// isGo reports whether name is what asdf or mise calls Go.
func isGo(name string) bool {
	name = strings.TrimPrefix(name, "core:")
	return name == "go" || name == "golang"
}

// A tomlReader reads as much TOML as it takes to find a key and the texts that
// are its value, past whatever else there is. It is no check of the rest. Its
// methods report whether what they are for comes next, and pass over it.
type tomlReader struct {
	text string
	// visit is called for each key with a value: its whole path, the texts that
	// the value is or lists, and the line.
	visit func(path []string, values []string, line int)

	// What comes next: the end (0), a newline or another mark as it is, a text in
	// quotes ('"'), a word ('w'), or nothing of TOML ('?').
	kind  byte
	word  string // without its quotes
	start int    // its place in text
	end   int
}

// line is the 1-based line of what comes next.
func (p *tomlReader) line() int { return 1 + strings.Count(p.text[:p.start], "\n") }

// next passes over blanks and comments to what comes next.
func (p *tomlReader) next() {
	const marks = "\n.=,[]{}"
	rest := strings.TrimLeft(p.text[p.end:], " \t\r")
	if strings.HasPrefix(rest, "#") {
		rest = rest[indexOrLen(rest, "\n"):]
	}
	p.start = len(p.text) - len(rest)
	length := 1
	switch {
	case rest == "":
		p.kind, length = 0, 0
	case strings.Contains(marks, rest[:1]):
		p.kind = rest[0]
	case rest[0] == '"' || rest[0] == '\'':
		p.kind, p.word, length = quoted(rest)
	default:
		length = indexOrLen(rest, marks+" \t\r#\"'")
		p.kind, p.word = 'w', rest[:length]
	}
	p.end = p.start + length
}

func indexOrLen(text, chars string) int {
	if i := strings.IndexAny(text, chars); i >= 0 {
		return i
	}
	return len(text)
}

// quoted returns the text in one of TOML's four kinds of quotes with which rest
// begins, and the length with its quotes. It leaves escapes as they are: no version
// has any.
func quoted(rest string) (kind byte, text string, length int) {
	quote := rest[:1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(rest, long) {
		quote = long
	}
	for i := len(quote); i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && quote[0] == '"':
			i++
		case rest[i] == '\n' && len(quote) == 1:
			return '?', "", 0
		case strings.HasPrefix(rest[i:], quote):
			for len(quote) == 3 && strings.HasPrefix(rest[i+1:], quote) {
				i++ // quotes at the end of the text
			}
			return '"', rest[len(quote):i], i + len(quote)
		}
	}
	return '?', "", 0
}

func (p *tomlReader) take(kind byte) bool {
	if p.kind != kind {
		return false
	}
	p.next()
	return true
}

func (p *tomlReader) document() bool {
	var table []string
	for p.next(); p.kind != 0; {
		switch {
		case p.take('\n'):
		case p.take('['):
			double := p.take('[')
			if table = p.key(); table == nil || !p.take(']') || double && !p.take(']') {
				return false
			}
		case !p.pair(table):
			return false
		}
	}
	return true
}

// pair reads a key of table and its value.
func (p *tomlReader) pair(table []string) bool {
	line, key := p.line(), p.key()
	if key == nil || !p.take('=') {
		return false
	}
	path := append(table[:len(table):len(table)], key...)
	if p.take('{') {
		return p.entries('}', func() bool { return p.pair(path) })
	}
	values, ok := p.value()
	if ok {
		p.visit(path, values, line)
	}
	return ok
}

// key reads the parts of a dotted key; nil if there is none.
func (p *tomlReader) key() (path []string) {
	for p.kind == 'w' || p.kind == '"' {
		path = append(path, p.word)
		if p.next(); !p.take('.') {
			return path
		}
	}
	return nil
}

// value reads any value but a table, and returns the texts that it is or lists.
func (p *tomlReader) value() (values []string, ok bool) {
	switch {
	case p.kind == '"':
		values = []string{p.word}
		p.next()
		return values, true
	case p.take('['):
		ok = p.entries(']', func() bool {
			if p.take('{') { // in a list, it has no key of ours
				return p.entries('}', func() bool { return p.pair([]string{""}) })
			}
			more, ok := p.value()
			values = append(values, more...)
			return ok
		})
		return values, ok
	}
	for p.kind == 'w' || p.kind == '.' { // a number, a date, true or false
		p.next()
		ok = true
	}
	return nil, ok
}

// entries reads what stands between commas up to end.
func (p *tomlReader) entries(end byte, entry func() bool) bool {
	for {
		for p.take('\n') {
		}
		if p.take(end) {
			return true
		}
		if !entry() {
			return false
		}
		for p.take('\n') {
		}
		if !p.take(',') && p.kind != end {
			return false
		}
	}
}
