//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPaired(t *testing.T) {
	// The second round was twice as slow for both.
	of, more := paired([]float64{3, 6, 3}, []float64{2, 4, 2})
	if of != 1.5 || more != 1 {
		t.Errorf("%v, %v; want 1.5, 1", of, more)
	}
}

func samples(wall time.Duration, fetched, disk int64) []sample {
	return []sample{{Wall: wall, CPU: time.Second, Peak: 32 << 20, Fetched: fetched, Requests: 9, Disk: disk}}
}

func TestTable(t *testing.T) {
	s := scenario{name: "delta", full: nameFresh, tools: []tool{{name: nameGosw}, {name: nameFresh}, {name: nameGo}}}
	got := table(s, []result{
		{Link: "unlimited", Place: onTmpfs, Tool: nameGosw, Runs: samples(time.Second, 40e6, 100e6)},
		{Link: "unlimited", Place: onTmpfs, Tool: nameFresh, Runs: samples(2*time.Second, 80e6, 200e6)},
		{Link: "unlimited", Place: onTmpfs, Tool: nameFloor, Runs: samples(500*time.Millisecond, 0, 200e6)},
		{Link: "100mbit", Place: onTmpfs, Tool: nameGosw, Rate: 12.5e6, Runs: samples(4*time.Second, 40e6, 100e6)},
	})
	want := []string{
		"| unlimited, tmpfs | gosw | 1.00 | 1.00x | 2.00x | 1.00 | 0.00 | 32 | 40.0 (50.0 %) | 9 | 100.0 (50.0 %) |",
		"| unlimited, tmpfs | gosw, nothing there | 2.00 | 2.00x | 4.00x | 1.00 | 0.00 | 32 | 80.0 (100.0 %) | 9 | 200.0 (100.0 %) |",
		"| unlimited, tmpfs | floor | 0.50 | 0.50x | 1.00x | 1.00 | 0.00 | 32 | 0.0 (0.0 %) | 9 | 200.0 (100.0 %) |",
		"| 100mbit, tmpfs | its bytes over the bandwidth | 3.20 | | | | | | 40.0 | | |",
		"| 100mbit, tmpfs | gosw | 4.00 | 1.00x | 1.25x | 1.00 | 0.00 | 32 | 40.0 | 9 | 100.0 |",
	}
	if lines := strings.Split(strings.TrimSpace(got), "\n")[2:]; !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestSettings(t *testing.T) {
	s := scenario{links: []string{"unlimited", "100mbit"}, diskLinks: []string{"unlimited"}}
	for _, test := range []struct{ links, places, want string }{
		{"", "", "unlimited tmpfs, 100mbit tmpfs, unlimited disk"},
		{"", "disk", "unlimited disk"},
		{"20mbit", "", "20mbit tmpfs, 20mbit disk"},
		{"1gbit, unlimited", "tmpfs", "unlimited tmpfs, 1gbit tmpfs"},
	} {
		o, err := parseInstall([]string{"-link", test.links, "-place", test.places})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, in := range o.settings(s) {
			got = append(got, in.link.name+" "+in.place)
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("links %q, places %q: %q, want %q", test.links, test.places, got, test.want)
		}
	}
	for _, args := range [][]string{{"-link", "10gbit"}, {"-scenario", "ful"}, {"-place", "nfs"}, {"-rounds", "0"}, {"full"}} {
		if _, err := parseInstall(args); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
