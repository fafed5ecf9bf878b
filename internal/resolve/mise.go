package resolve

import (
	"errors"
	"strings"
)

// miseVersions returns what mise's configuration names as versions of go: the
// key go of the table tools, which is a text, a list of texts, or a table with
// the key version. It returns none where there is no such key.
func miseVersions(text string) (versions []string, line int, err error) {
	if !strings.Contains(text, "go") { // which most that are not about Go lack
		return nil, 0, nil
	}
	p := &tomlReader{text: text, visit: func(path []string, values []string, at int) {
		if len(path) == 3 && path[2] == "version" {
			path = path[:2]
		}
		if len(path) == 2 && path[0] == "tools" && isGo(path[1]) && line == 0 {
			versions, line = values, at
		}
	}}
	if err := p.document(); err != nil {
		return nil, p.line(), err
	}
	if line > 0 && len(versions) == 0 {
		return nil, line, errors.New("go has a value that is neither a text nor a list of texts")
	}
	return versions, line, nil
}

// isGo reports whether name is what asdf or mise calls Go.
func isGo(name string) bool {
	name = strings.TrimPrefix(name, "core:")
	return name == "go" || name == "golang"
}

// A tomlReader reads as much TOML as it takes to find a key and the texts that
// are its value, past whatever else there is. It is no check of the rest.
type tomlReader struct {
	text string
	pos  int
	// visit is called for each key with a value: its whole path, the texts that
	// the value is or lists, and the line.
	visit func(path []string, values []string, line int)
}

var errTOML = errors.New("can't be read as TOML")

// line is the 1-based line of the reader's place.
func (p *tomlReader) line() int { return 1 + strings.Count(p.text[:min(p.pos, len(p.text))], "\n") }

func (p *tomlReader) rest() string { return p.text[p.pos:] }

// accept passes over token if it comes next.
func (p *tomlReader) accept(token string) bool {
	if !strings.HasPrefix(p.rest(), token) {
		return false
	}
	p.pos += len(token)
	return true
}

// blanks passes over blanks and, with lines, also over line ends and comments.
func (p *tomlReader) blanks(lines bool) {
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == ' ' || c == '\t', lines && (c == '\n' || c == '\r'):
			p.pos++
		case lines && c == '#':
			if i := strings.IndexByte(p.rest(), '\n'); i >= 0 {
				p.pos += i
			} else {
				p.pos = len(p.text)
			}
		default:
			return
		}
	}
}

func (p *tomlReader) document() error {
	var table []string
	for p.blanks(true); p.pos < len(p.text); p.blanks(true) {
		if p.accept("[") {
			double := p.accept("[")
			path, err := p.key()
			if err != nil || !p.accept("]") || double && !p.accept("]") {
				return errTOML
			}
			table = path
			continue
		}
		if err := p.pair(table); err != nil {
			return err
		}
	}
	return nil
}

// pair reads a key of table and its value.
func (p *tomlReader) pair(table []string) error {
	at := p.line()
	key, err := p.key()
	if err != nil || !p.accept("=") {
		return errTOML
	}
	path := append(table[:len(table):len(table)], key...)
	p.blanks(false)
	if p.accept("{") {
		return p.inlineTable(path)
	}
	values, err := p.value()
	if err == nil {
		p.visit(path, values, at)
	}
	return err
}

// key reads the parts of a dotted key, with the blanks around them.
func (p *tomlReader) key() ([]string, error) {
	var path []string
	for {
		p.blanks(false)
		part, ok := p.quoted()
		if !ok {
			end := strings.IndexFunc(p.rest(), func(r rune) bool { return strings.ContainsRune(" \t\r\n.=]#{}[,\"'", r) })
			if end <= 0 {
				return nil, errTOML
			}
			part = p.rest()[:end]
			p.pos += end
		}
		path = append(path, part)
		p.blanks(false)
		if !p.accept(".") {
			return path, nil
		}
	}
}

func (p *tomlReader) inlineTable(path []string) error {
	for {
		p.blanks(true)
		if p.accept("}") {
			return nil
		}
		if err := p.pair(path); err != nil {
			return err
		}
		p.blanks(true)
		if !p.accept(",") && !strings.HasPrefix(p.rest(), "}") {
			return errTOML
		}
	}
}

// value reads any value but an inline table, and returns the texts that it is
// or lists.
func (p *tomlReader) value() ([]string, error) {
	if text, ok := p.quoted(); ok {
		return []string{text}, nil
	}
	if strings.HasPrefix(p.rest(), `"`) || strings.HasPrefix(p.rest(), "'") {
		return nil, errTOML // it does not end
	}
	if p.accept("[") {
		return p.list()
	}
	end := strings.IndexAny(p.rest(), ",]}#\r\n")
	if end < 0 {
		end = len(p.rest())
	}
	p.pos += end
	if end == 0 {
		return nil, errTOML
	}
	return nil, nil // a number, a date, true or false
}

func (p *tomlReader) list() (values []string, err error) {
	for {
		p.blanks(true)
		if p.accept("]") {
			return values, nil
		}
		var more []string
		if p.accept("{") {
			err = p.inlineTable([]string{""}) // in a list, a table is no key of ours
		} else {
			more, err = p.value()
		}
		if err != nil {
			return nil, err
		}
		values = append(values, more...)
		p.blanks(true)
		if !p.accept(",") && !strings.HasPrefix(p.rest(), "]") {
			return nil, errTOML
		}
	}
}

// quoted reads a text in one of TOML's four kinds of quotes, if one comes next.
// It leaves escapes as they are: no version has any.
func (p *tomlReader) quoted() (string, bool) {
	for _, quote := range []string{`"""`, `'''`, `"`, `'`} {
		if !strings.HasPrefix(p.rest(), quote) {
			continue
		}
		from := p.pos + len(quote)
		for i := from; i < len(p.text); i++ {
			switch {
			case p.text[i] == '\\' && quote[0] == '"':
				i++
			case p.text[i] == '\n' && len(quote) == 1:
				return "", false
			case strings.HasPrefix(p.text[i:], quote):
				for len(quote) == 3 && i+3 < len(p.text) && p.text[i+3] == quote[0] {
					i++ // quotes at the end of the text
				}
				p.pos = i + len(quote)
				return p.text[from:i], true
			}
		}
		return "", false
	}
	return "", false
}
