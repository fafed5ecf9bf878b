package main

import (
	"os/exec"
	"strings"
	"testing"
)

// forbidden are packages that the shim must not link, and why.
var forbidden = map[string]string{
	"net":           "the shim never uses the network",
	"net/http":      "half a millisecond of start-up, and the network",
	"crypto/tls":    "half a millisecond of start-up, and the network",
	"encoding/json": "a tenth of a millisecond of start-up; it reads no configuration",
	"regexp":        "patterns are compiled at start-up; the grammar is a scanner",
	"text/template": "pulls in reflect, fmt and regexp",
	"flag":          "the shim has no flags, arguments are the tool's",
	"fmt":           "a twentieth of a millisecond of start-up; strconv does",
	"os/exec":       "the shim becomes its tool, it starts nothing (but on Windows)",
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}} {{.Standard}}", ".")
	cmd.Env = append(cmd.Environ(), "GOOS=linux")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path, standard, _ := strings.Cut(strings.TrimSpace(line), " ")
		if why := forbidden[path]; why != "" {
			t.Errorf("links %s: %s", path, why)
		}
		if standard == "false" && !strings.HasPrefix(path, "github.com/gosw/gosw/") {
			t.Errorf("links %s: the shim is the standard library and the floor", path)
		}
	}
}
