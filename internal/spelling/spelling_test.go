package spelling

import (
	"strings"
	"testing"
)

func TestNearSpec(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1.22": "", "latest": "", ">=1.21,<1.23": "", // they are versions
		"1,22": "1.22", "1.22.": "1.22", " v1.22.5\r": "v1.22.5", "GO1.22": "go1.22", "1.22.*": "1.22", "1.22.X": "1.22.x",
		"golang 1.22": "1.22", "golang@1.22.5": "1.22.5", "go-1.22": "1.22", "go:1.22": "1.22", "version=1.22": "1.22",
		"22": "1.22", "22.5": "1.22.5", "122": "1.22", "1.22-rc1": "1.22rc1", "1.22.0-rc.1": "1.22rc1",
		"^1.22.3": ">=1.22.3", "~1.22": "1.22", "~1.22.3": "~> 1.22.3", "1.22.5-alpine": "1.22.5", "go1.22.5.linux-amd64": "1.22.5",
		"1.22.4-alpine": "1.22.4", "1.22-bookworm": "1.22", "1.22.4-alpine3.20": "1.22.4", "golang:1.22-alpine": "1.22",
		`"1.22"`: "1.22", "'1.22.4'": "1.22.4", "`1.22`": "1.22", "\u201c1.22\u201d": "1.22", `go = "1.22"`: "1.22", `"latest"`: "latest",
		"\u200b1.22": "1.22", "1.22.4\u200b": "1.22.4", "go\u00a01.22": "1.22", "\u00a01.22.4": "1.22.4", "\ufeff1.22": "1.22",
		"toolchain go1.22.4": "1.22.4", "go 1.22": "1.22", "latest:1.22": "1.22", "prefix:1.20": "1.20",
		">=1.21 <1.23": ">=1.21,<1.23", ">= 1.21  < 1.23 != 1.22.1": ">= 1.21,< 1.23,!= 1.22.1", "~> 1.22 <1.23": "~> 1.22,<1.23",
		"11.22": "1.22", "11.22.4": "1.22.4", "12.30": "", "1.22.99": "", "11.5": "1.11.5", // which there was
		"<<<<<<< HEAD": "", "=======": "", ">=1.21 <": "",
		"": "", "banana": "", "2.0.0": "", "0.1": "", "1.22.5.1": "", "999": "", "../../1.22": "", "1.22;rm": "", "-1.22\n-x": "",
		strings.Repeat("1", 100): "",
	} {
		if got := Version(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"install", "uninstall", "list", "use", "why", "which"}
	for text, want := range map[string]string{
		"instal": "install", "isntall": "install", "INSTALL": "install", "lits": "list", "li": "list", "unistall": "uninstall",
		"uze": "use", "wihch": "which", "x": "", "": "", "frobnicate": "", "go": "", strings.Repeat("install", 9): "",
	} {
		if got := Nearest(text, names); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
