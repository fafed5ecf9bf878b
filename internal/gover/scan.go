package gover

import (
	"strconv"
	"strings"
)

// numbers is a version split into its parts. The major version is always 1.
type numbers struct {
	minor, patch int
	hasPatch     bool
	pre          string // "", "beta" or "rc"
	preNumber    int
}

// scan reads "1", "1.22", "1.22.3", "1.22rc1" or "1.22beta1" and nothing else.
func scan(text string) (numbers, bool) {
	var n numbers
	major, rest, ok := scanNumber("", text)
	if !ok || major != 1 {
		return n, false
	}
	if rest == "" { // "go1", the first release
		n.hasPatch = true
		return n, true
	}
	if n.minor, rest, ok = scanNumber(".", rest); !ok || rest == "" {
		return n, ok
	}
	for _, pre := range []string{"beta", "rc"} {
		if number, rest, ok := scanNumber(pre, rest); ok {
			n.pre, n.preNumber = pre, number
			return n, rest == ""
		}
	}
	n.patch, rest, ok = scanNumber(".", rest)
	n.hasPatch = true
	return n, ok && rest == ""
}

// scanNumber reads what stands before a number, and the number: one to three digits
// without a leading zero. The bound keeps every accepted text short and every
// number an int.
func scanNumber(before, text string) (number int, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, before)
	i := 0
	for i < len(text) && isDigit(text[i]) {
		number = number*10 + int(text[i]-'0')
		if i++; i > 3 {
			return 0, "", false
		}
	}
	if !ok || i == 0 || i > 1 && text[0] == '0' {
		return 0, "", false
	}
	return number, text[i:], true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLine reports whether only the line was written, such as "1.22".
func (n numbers) isLine() bool { return !n.hasPatch && n.pre == "" }

func (n numbers) line() string { return LineOf(n.minor) }

// release returns the Version in Go's own spelling, which left ".0" out
// before Go 1.21.
func (n numbers) release() Version {
	switch {
	case n.pre != "":
		return Version{"go" + n.line() + n.pre + strconv.Itoa(n.preNumber)}
	case n.patch > 0 || n.minor >= 21:
		return Version{"go" + n.line() + "." + strconv.Itoa(n.patch)}
	case n.minor == 0:
		return Version{"go1"}
	}
	return Version{"go" + n.line()}
}
