package shell

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// The markers of the block in a start-up file. The first goes on with a sum over
// the lines between, so that an edited block can be told from an older one, and
// with what the block's removal has to put back.
const (
	blockBegin = "# >>> gosw init"
	blockEnd   = "# <<< gosw init <<<"

	// cutNewline says that the newline before the block came with it, and
	// wasMissing that the file did.
	cutNewline = "newline"
	wasMissing = "file"
)

// A BlockError says that the block in a start-up file is not one that gosw has
// written.
type BlockError struct {
	Line   int // 1-based
	Reason string
	Last   int // the line where what is wrong ends; 0 if that can't be told
}

func (e *BlockError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// A block is one that was found in a text.
type block struct {
	start, end int // offsets of its first byte and behind its last
	line       int // 1-based, of its first marker
	body       string
	notes      []string
}

// AddBlock returns text with body in the block at its end, or in the place of
// the block that is there, and the 1-based line of the block. missing says that
// there is no file yet. body is whole lines. The error is a [*BlockError].
func AddBlock(text, body string, missing bool) (added string, line int, err error) {
	old, err := findBlock(text)
	if err != nil {
		return "", 0, err
	}
	if old != nil {
		return text[:old.start] + wrap(body, old.notes) + text[old.end:], old.line, nil
	}
	var notes []string
	if missing {
		notes = append(notes, wasMissing)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		notes = append(notes, cutNewline)
		text += "\n"
	}
	return text + wrap(body, notes), strings.Count(text, "\n") + 1, nil
}

// RemoveBlock returns text as it was before [AddBlock], the block that is taken
// out, "" if there is none, and its 1-based line. gone says that the file goes,
// too, since the block made it. The error is a [*BlockError].
func RemoveBlock(text string) (rest, removed string, line int, gone bool, err error) {
	old, err := findBlock(text)
	if err != nil || old == nil {
		return text, "", 0, false, err
	}
	before, after := text[:old.start], text[old.end:]
	for _, note := range old.notes {
		switch note {
		case cutNewline:
			if after == "" {
				before = strings.TrimSuffix(before, "\n")
			}
		case wasMissing:
			gone = before+after == ""
		}
	}
	return before + after, text[old.start:old.end], old.line, gone, nil
}

func wrap(body string, notes []string) string {
	head := append([]string{blockBegin, sum(body)}, notes...)
	return strings.Join(head, " ") + " >>>\n" + body + blockEnd + "\n"
}

func sum(body string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(body))
	return fmt.Sprintf("%08x", h.Sum32())
}

// findBlock returns the one block in text, nil if there is none.
func findBlock(text string) (*block, error) {
	var found *block
	offset, number, open := 0, 0, false
	for line := range strings.Lines(text) {
		number++
		trimmed := strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(trimmed, blockBegin):
			if open {
				return nil, &BlockError{Line: found.line, Reason: fmt.Sprintf("the block of gosw that begins here has no end before the next, in line %d", number)}
			}
			if found != nil {
				return nil, &BlockError{number, fmt.Sprintf("a second block of gosw; the first is in line %d", found.line), blockEnds(text, number)}
			}
			found, open = &block{start: offset, line: number}, true
			fields := strings.Fields(strings.TrimPrefix(trimmed, blockBegin))
			if len(fields) < 2 || fields[len(fields)-1] != ">>>" {
				return nil, &BlockError{number, "the first line of gosw's block was edited", blockEnds(text, number)}
			}
			found.notes = fields[:len(fields)-1]
		case trimmed == blockEnd:
			if !open {
				return nil, &BlockError{number, "the end of a block of gosw without its beginning", number}
			}
			open = false
			found.end = offset + len(line)
		case open:
			found.body += line
		}
		offset += len(line)
	}
	switch {
	case found == nil:
		return nil, nil
	case open:
		return nil, &BlockError{Line: found.line, Reason: "the block of gosw that begins here has no end"}
	case found.notes[0] != sum(found.body):
		return nil, &BlockError{found.line, "the block of gosw that begins here was edited", blockEnds(text, found.line)}
	}
	found.notes = found.notes[1:]
	return found, nil
}

// blockEnds returns the line in which the block that begins in line first ends; 0
// if it has no end before the next.
func blockEnds(text string, first int) int {
	number := 0
	for line := range strings.Lines(text) {
		number++
		switch trimmed := strings.TrimRight(line, "\r\n"); {
		case number > first && strings.HasPrefix(trimmed, blockBegin):
			return 0
		case number > first && trimmed == blockEnd:
			return number
		}
	}
	return 0
}
