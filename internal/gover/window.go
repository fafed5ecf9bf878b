package gover

import (
	"slices"
	"strconv"
)

// A Month is a month of the calendar, counted from January of the year 0; 0 is
// none.
type Month int

// MonthOf returns a month of a year; January is 1.
func MonthOf(year, month int) Month { return Month(12*year + month - 1) }

// String returns m as "2024-02", "" for none.
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	month := strconv.Itoa(int(m)%12 + 1)
	if len(month) == 1 {
		month = "0" + month
	}
	return strconv.Itoa(int(m)/12) + "-" + month
}

// MarshalText makes JSON of m.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// firstReleases has the month of the first release of each line, 1.0 first, as
// https://go.dev/doc/devel/release has them. It says only when a line began: when
// support ends follows from that.
var firstReleases = [...]Month{
	MonthOf(2012, 3), MonthOf(2013, 5), MonthOf(2013, 12), MonthOf(2014, 6), MonthOf(2014, 12), // 1.0 to 1.4
	MonthOf(2015, 8), MonthOf(2016, 2), MonthOf(2016, 8), MonthOf(2017, 2), MonthOf(2017, 8), // 1.5 to 1.9
	MonthOf(2018, 2), MonthOf(2018, 8), MonthOf(2019, 2), MonthOf(2019, 9), MonthOf(2020, 2), // 1.10 to 1.14
	MonthOf(2020, 8), MonthOf(2021, 2), MonthOf(2021, 8), MonthOf(2022, 3), MonthOf(2022, 8), // 1.15 to 1.19
	MonthOf(2023, 2), MonthOf(2023, 8), MonthOf(2024, 2), MonthOf(2024, 8), MonthOf(2025, 2), // 1.20 to 1.24
	MonthOf(2025, 8), MonthOf(2026, 2), MonthOf(2026, 8), // 1.25 to 1.27
}

// A Window is the time in which a line gets fixes.
type Window struct {
	First Month // of its first release; 0 if it has none, or that is not known
	End   Month // of the first release of the second newer line; 0 likewise
}

// Window returns the window of v's line. A line that came out after this package
// was written has no First, since nothing here tells when that was.
func (l Lifecycle) Window(v Version) (w Window) {
	n, ok := scan(v.Number())
	if !ok {
		return w
	}
	if slices.Contains(l.lines, n.minor) {
		w.First = firstRelease(n.minor)
	}
	if newer := l.newer(n.minor); newer > 1 {
		w.End = firstRelease(l.lines[newer-2])
	}
	return w
}

func firstRelease(minor int) Month {
	if minor < 0 || minor >= len(firstReleases) {
		return 0
	}
	return firstReleases[minor]
}
