//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseTimed(t *testing.T) {
	got, err := parseTimed("1500000000 700000000 25165824\n")
	want := sample{Wall: 1500 * time.Millisecond, CPU: 700 * time.Millisecond, Peak: 24 << 20}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	for _, line := range []string{"", "1 2\n", "a b c\n"} {
		if got, err := parseTimed(line); err == nil {
			t.Errorf("%q is %+v, want an error", line, got)
		}
	}
}

func TestParseTimes(t *testing.T) {
	got, err := parseTimes("direct 2000\nshim 3000\ndirect 2500\n")
	if err != nil || !slices.Equal(got["direct"], []float64{2, 2.5}) || !slices.Equal(got["shim"], []float64{3}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := parseTimes("direct two\n"); err == nil {
		t.Error("a time that is no number is accepted")
	}
}

func TestCallsUntil(t *testing.T) {
	const target = "/sdk/bin/go"
	for _, test := range []struct {
		name  string
		lines []string
		want  int
		found bool
	}{
		{"until the target", []string{
			`7 execve("/shim", ["go"], 0x1) = 0`,
			`7 brk(NULL) = 0x2`,
			`7 execve("/sdk/bin/go", ["go"], 0x1) = 0`,
			`7 brk(NULL) = 0x2`,
		}, 3, true},
		{"a call in two parts is one, an exit and a signal are none", []string{
			`7 execve("/shim", ["go"], 0x1) = 0`,
			`7 futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>`,
			`8 getpid() = 8`,
			`7 <... futex resumed>) = 0`,
			`7 --- SIGURG {si_signo=SIGURG} ---`,
			`8 +++ exited with 0 +++`,
			`7 execve("/sdk/bin/go", ["go"], 0x1 <unfinished ...>`,
			`7 <... execve resumed>) = 0`,
		}, 4, true},
		{"never the target", []string{`7 execve("/sdk/bin/gofmt", ["gofmt"], 0x1) = 0`}, 1, false},
	} {
		got, found := callsUntil([]byte(strings.Join(test.lines, "\n")+"\n"), target)
		if got != test.want || found != test.found {
			t.Errorf("%s: %d, %t; want %d, %t", test.name, got, found, test.want, test.found)
		}
	}
}

// A file with two names takes its blocks once, though its bytes are seen twice.
func TestLook(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a"), filepath.Join(dir, "sub", "b")
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(first, make([]byte, 100_000), 0o644); err != nil {
		t.Fatal(err)
	}
	one, err := look(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(first, second); err != nil {
		t.Fatal(err)
	}
	two, err := look(dir)
	if err != nil {
		t.Fatal(err)
	}
	if one.files != 1 || one.content != 100_000 || one.disk < 100_000 {
		t.Errorf("one name: %+v", one)
	}
	if two.files != 2 || two.content != 200_000 || two.disk != one.disk {
		t.Errorf("two names: %+v, of one it was %+v", two, one)
	}
}
