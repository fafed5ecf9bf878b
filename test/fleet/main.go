// Fleet computes what Go toolchains cost a fleet of machines in a year, by way of a mirror and without one, from
// figures that "make fleet" has measured. It prints the table of docs/fleets.md.
//
//	go run ./test/fleet [machines…]
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
)

// A cost is what one install takes from where it comes.
type cost struct{ requests, bytes float64 }

func (c cost) times(n float64) cost { return cost{c.requests * n, c.bytes * n} }
func (c cost) plus(d cost) cost     { return cost{c.requests + d.requests, c.bytes + d.bytes} }

// What was measured on linux/amd64, by TestFigures: the first install of 1.22.5, then 1.22.12 and 1.24.13.
var (
	plainFirst = cost{10, 72_868_044}
	plainNext  = cost{6, 72_897_091}
	goswFirst  = cost{11, 72_868_044}
	goswPatch  = cost{47, 44_153_995}
	goswLine   = cost{6, 83_075_771}
)

// What one more update of a mirror adds to it: a head, and five tiles that lead to it. Measured on 72.4 million records.
const headBytes = 24_812

// A year has so many patch releases of a line, and new lines; and a mirror serves so many lines and platforms.
const (
	patches   = 11
	lines     = 2
	supported = 2
	platforms = 3
	updates   = 365 // of the mirror, one a day
)

func main() {
	fleets := []float64{100, 1_000, 10_000}
	if len(os.Args) > 1 {
		fleets = nil
	}
	for _, arg := range os.Args[min(len(os.Args), 1):] {
		n, err := strconv.ParseFloat(arg, 64)
		if err != nil || n < 1 {
			fmt.Fprintf(os.Stderr, "fleet: %q is no number of machines\n", arg)
			os.Exit(2)
		}
		fleets = append(fleets, n)
	}
	if err := table(os.Stdout, fleets); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// table prints a row for each kind of fleet. A machine begins with one toolchain, gets each patch of its line, and each
// new line.
func table(w io.Writer, fleets []float64) error {
	plain := plainFirst.plus(plainNext.times(patches + lines))
	own := goswFirst.plus(goswPatch.times(patches)).plus(goswLine.times(lines))
	mirror := plainNext.times((1 + patches + lines) * supported * platforms).plus(cost{7 * updates, headBytes * updates})
	_, err := fmt.Fprintln(w, "| machines | way | from the internet | requests there | from the mirror | requests there |\n|---|---|---|---|---|---|")
	for _, n := range fleets {
		for _, row := range []struct {
			way            string
			internet, site cost
		}{
			{"plain go, no mirror", plain.times(n), cost{}},
			{"gosw, no mirror", own.times(n), cost{}},
			{"plain go, a mirror", mirror, plain.times(n)},
			{"gosw, a mirror", mirror, own.times(n)},
		} {
			if err == nil {
				_, err = fmt.Fprintf(w, "| %.0f | %s | %s | %.0f | %s | %.0f |\n", n, row.way, size(row.internet.bytes), row.internet.requests, size(row.site.bytes), row.site.requests)
			}
		}
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "\nIn a year the heads and tiles of a mirror grow by %s, with one update a day.\n", size(headBytes*updates))
	}
	return err
}

// size writes bytes as people read them.
func size(bytes float64) string {
	switch {
	case bytes >= 1e12:
		return fmt.Sprintf("%.1f TB", bytes/1e12)
	case bytes >= 1e9:
		return fmt.Sprintf("%.0f GB", bytes/1e9)
	case bytes > 0:
		return fmt.Sprintf("%.1f MB", bytes/1e6)
	}
	return "0"
}
