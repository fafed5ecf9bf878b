package main

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/gosw/gosw/internal/capture"
)

// The size of a character, and the space around all of them.
const (
	cell   = 8.4
	line   = 20
	margin = 18
)

// looks are the colours of the picture, for light and for dark backgrounds. Faint
// is a colour of its own, so that it can be read on both.
const looks = `
.bg{fill:#fbfcfd;stroke:#d0d7de}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}
.n{fill:#1f2328}.f{fill:#6e7781}.b{font-weight:bold}
.c31{fill:#cf222e}.c32{fill:#1a7f37}.c33{fill:#9a6700}.c36{fill:#1b7c83}
@media (prefers-color-scheme:dark){
.bg{fill:#0d1117;stroke:#30363d}
.n{fill:#e6edf3}.f{fill:#8b949e}
.c31{fill:#ff7b72}.c32{fill:#3fb950}.c33{fill:#d29922}.c36{fill:#39c5cf}
}`

// draw makes an SVG of a screen.
func draw(lines []capture.Line, title string) []byte {
	width := 0
	for _, l := range lines {
		width = max(width, uniseg.StringWidth(l.String()))
	}
	w, h := float64(width)*cell+2*margin, float64(len(lines)*line+2*margin-4)
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img">`+"\n", w, h, w, h)
	fmt.Fprintf(&out, "<title>%s</title>\n<style>%s\n</style>\n", html.EscapeString(title), looks)
	fmt.Fprintf(&out, `<rect class="bg" x="0.5" y="0.5" width="%.0f" height="%.0f" rx="8"/>`+"\n", w-1, h-1)
	for i, l := range lines {
		column := 0
		for _, run := range l {
			drawRun(&out, run, column, margin+i*line)
			column += uniseg.StringWidth(run.Text)
		}
	}
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// drawRun draws a run: words as text, each at its place whatever font there is, and
// lines as lines, which fonts draw with gaps.
func drawRun(out *bytes.Buffer, run capture.Run, column, top int) {
	class := "n"
	switch {
	case run.Colour != "":
		class = "c" + run.Colour
	case run.Faint:
		class = "f"
	}
	weight := ""
	if run.Bold {
		weight = " b"
	}
	for rest := run.Text; rest != ""; {
		n := 0
		sign := strings.ContainsAny(rest[:firstRune(rest)], signs)
		for n < len(rest) && strings.ContainsAny(rest[n:n+firstRune(rest[n:])], signs) == sign {
			n += firstRune(rest[n:])
		}
		part := rest[:n]
		width := uniseg.StringWidth(part)
		if sign {
			drawSigns(out, part, class, column, top)
		} else {
			drawWords(out, part, class+weight, column, top)
		}
		rest, column = rest[n:], column+width
	}
}

// drawWords draws the words of a text. A single blank between two of them is part
// of what is drawn at once.
func drawWords(out *bytes.Buffer, text, class string, column, top int) {
	for _, part := range strings.SplitAfter(text, "  ") {
		words := strings.TrimLeft(part, " ")
		blanks := len(part) - len(words)
		if words = strings.TrimRight(words, " "); words != "" {
			width := uniseg.StringWidth(words)
			fmt.Fprintf(out, `<text class="%s" x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
				class, margin+float64(column+blanks)*cell, top+14, float64(width)*cell, html.EscapeString(words))
		}
		column += uniseg.StringWidth(part)
	}
}

// signs are what is drawn and not written.
const signs = "━─╍│▸·"

// drawSigns draws a run of signs; those that are the same make one shape, where
// they touch each other.
func drawSigns(out *bytes.Buffer, text, class string, column, top int) {
	middle := float64(top) + 9
	for text != "" {
		sign := text[:firstRune(text)]
		n := 1
		for strings.HasPrefix(text[n*len(sign):], sign) && sign != "│" && sign != "▸" && sign != "·" {
			n++
		}
		left, width := margin+float64(column)*cell, float64(n)*cell
		switch sign {
		case "━":
			fmt.Fprintf(out, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="5"/>`+"\n", class, left, middle-2.5, width)
		case "─":
			fmt.Fprintf(out, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="2"/>`+"\n", class, left, middle-1, width)
		case "╍":
			for i := range 2 * n {
				fmt.Fprintf(out, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="5"/>`+"\n", class, left+(float64(i)+0.3)*cell/2, middle-2.5, cell/2*0.6)
			}
		case "│":
			fmt.Fprintf(out, `<rect class="%s" x="%.1f" y="%d" width="1.2" height="%d"/>`+"\n", class, left+cell/2-0.6, top-1, line)
		case "▸":
			fmt.Fprintf(out, `<path class="%s" d="M%.1f %.1fl%.1f 5l-%.1f 5z"/>`+"\n", class, left+1, middle-5, cell-2, cell-2)
		case "·":
			fmt.Fprintf(out, `<circle class="%s" cx="%.1f" cy="%.1f" r="1"/>`+"\n", class, left+cell/2, middle)
		}
		text, column = text[n*len(sign):], column+n
	}
}

// firstRune is the length of the first character of text in bytes.
func firstRune(text string) int { return len(string([]rune(text)[:1])) }
