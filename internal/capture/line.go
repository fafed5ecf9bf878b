package capture

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Style is how text looks.
type Style struct {
	Bold, Faint, Italic, Underline, Reverse bool
	Colour, Background                      string // the parameters of the code, such as "32"; "" for the terminal's own
}

// A Run is text in one style.
type Run struct {
	Style
	Text string
}

// A Line is a line of a screen, without blanks at its end.
type Line []Run

// String returns the text alone.
func (l Line) String() string {
	var out strings.Builder
	for _, run := range l {
		out.WriteString(run.Text)
	}
	return out.String()
}

// ANSI returns the line with codes in it, in one form, whichever form they had: "cat"
// shows it as it was.
func (l Line) ANSI() string {
	var out strings.Builder
	for _, run := range l {
		if codes := run.codes(); codes != "" {
			out.WriteString("\x1b[" + codes + "m" + run.Text + "\x1b[0m")
		} else {
			out.WriteString(run.Text)
		}
	}
	return out.String()
}

func (s Style) codes() string {
	var codes []string
	for _, c := range []struct {
		on   bool
		code string
	}{
		{s.Bold, "1"}, {s.Faint, "2"}, {s.Italic, "3"}, {s.Underline, "4"}, {s.Reverse, "7"},
		{s.Colour != "", s.Colour}, {s.Background != "", s.Background},
	} {
		if c.on {
			codes = append(codes, c.code)
		}
	}
	return strings.Join(codes, ";")
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// Parse reads text with SGR codes. The style goes on over the ends of lines, as in
// what tmux captures. Any other code is an error.
func Parse(text string) ([]Line, error) {
	var lines []Line
	var style Style
	for text := range strings.Lines(text) {
		text = strings.TrimSuffix(text, "\n")
		var line Line
		for text != "" {
			code := sgr.FindStringSubmatchIndex(text)
			run := text
			if code != nil {
				run = text[:code[0]]
			}
			if strings.ContainsRune(run, '\x1b') {
				return nil, fmt.Errorf("not an SGR code: %q", run)
			}
			if run != "" {
				line = append(line, Run{style, run})
			}
			if code == nil {
				break
			}
			if err := style.apply(text[code[2]:code[3]]); err != nil {
				return nil, err
			}
			text = text[code[1]:]
		}
		lines = append(lines, line.tidy())
	}
	for len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines, nil
}

// tidy joins runs of the same style, takes the style off blanks, and drops those at
// the end.
func (l Line) tidy() Line {
	var tidy Line
	for _, run := range l {
		if strings.TrimLeft(run.Text, " ") == "" && !run.Reverse && !run.Underline && run.Background == "" {
			run.Style = Style{}
		}
		if n := len(tidy); n > 0 && tidy[n-1].Style == run.Style {
			tidy[n-1].Text += run.Text
		} else {
			tidy = append(tidy, run)
		}
	}
	for n := len(tidy); n > 0; n = len(tidy) {
		if tidy[n-1].Text = strings.TrimRight(tidy[n-1].Text, " "); tidy[n-1].Text != "" {
			break
		}
		tidy = tidy[:n-1]
	}
	return tidy
}

// apply changes a style as the parameters of a code say.
func (s *Style) apply(parameters string) error {
	codes := strings.Split(parameters, ";")
	for i := 0; i < len(codes); i++ {
		code, err := strconv.Atoi("0" + codes[i])
		if err != nil {
			return err
		}
		switch {
		case code == 0:
			*s = Style{}
		case code == 1:
			s.Bold = true
		case code == 2:
			s.Faint = true
		case code == 3:
			s.Italic = true
		case code == 4:
			s.Underline = true
		case code == 7:
			s.Reverse = true
		case code == 22:
			s.Bold, s.Faint = false, false
		case code == 39:
			s.Colour = ""
		case code == 49:
			s.Background = ""
		case code >= 30 && code <= 37 || code >= 90 && code <= 97:
			s.Colour = codes[i]
		case code >= 40 && code <= 47 || code >= 100 && code <= 107:
			s.Background = codes[i]
		case code == 38: // not of the palette of 16: the rest is its value
			s.Colour, i = strings.Join(codes[i:], ";"), len(codes)
		case code == 48:
			s.Background, i = strings.Join(codes[i:], ";"), len(codes)
		default:
			return fmt.Errorf("unknown SGR code %q", parameters)
		}
	}
	return nil
}
