//go:build !windows

package shell

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/command"
)

// parsed is what a parser makes of a text in PowerShell: a tree, or a fault.
type parsed struct{ Tree, Fault string }

// parsePowershell parses texts by tree-sitter's grammar, since PowerShell itself can't
// be had here.
func parsePowershell(t *testing.T, texts []string) []parsed {
	t.Helper()
	modules, err := exec.Command(program(t, "npm"), "root", "--global").Output()
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	// To optimize the grammar takes seconds, and is for longer texts.
	cmd := exec.Command(program(t, "node"), "--liftoff-only", "testdata/powershell.mjs", string(bytes.TrimSpace(modules)))
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v; make setup installs the parser\n%s", err, stderr.Bytes())
	}
	var all []parsed
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(texts) {
		t.Fatalf("%v: %d of %d texts: %s", err, len(all), len(texts), out)
	}
	return all
}

// TestPowershellParses parses whatever gosw writes for PowerShell: the code of init with
// each option, the block in a profile, lines to type, and quoted values.
func TestPowershellParses(t *testing.T) {
	t.Parallel()
	values := append(randomTexts(t, 500), oddNames...)
	for _, test := range quotes {
		values = append(values, test.text)
	}
	for r := range rune(0x120) {
		values = append(values, string(r))
	}
	var texts []string
	for _, value := range values {
		if !strings.HasPrefix(powershell.Quote(value), "'") {
			value = strings.ReplaceAll(value, "#", "") // the grammar takes it for a comment in "$()#"
		}
		texts = append(texts, "$x = "+powershell.Quote(value)+"\n")
	}
	quoted := len(texts)
	for _, name := range append(oddNames, `C:\Program Files\gosw`) {
		for option := range 4 {
			text := powershell.Init(Options{Exe: "/" + name + "/gosw", Root: "/" + name, Path: option&1 != 0, Completion: option&2 != 0})
			texts = append(texts, text, text+text)
		}
		profile, _, err := AddBlock("", powershell.Load("/"+name+"/gosw", []string{"--no-path"}), true)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, profile)
		for _, c := range []command.Command{
			command.Run(name, name, "install", "~> 1.22"), command.Export("A", name).Then(command.Unset("B")),
			{{Kind: command.With, Name: "C", Text: name, Argv: []string{name, name}}}, {{Kind: command.First, Text: name}, {Kind: command.Last, Text: name}},
			command.Write(name, name).Then(command.Command{{Kind: command.Append, Text: name, File: name}}),
		} {
			if line := Line(powershell, c); line != "" {
				texts = append(texts, line+"\n")
			}
		}
	}
	broken := len(texts)
	texts = append(texts, strings.Replace(powershellHook, ")", "", 1), powershellHook+"}\n", "$x = 'a' 'b'\n", "if ($x) { 'a'\n")
	for i, got := range parsePowershell(t, texts) {
		switch {
		case i < broken && got.Fault != "":
			t.Errorf("%s in\n%s", got.Fault, texts[i])
		case i < quoted && strings.Contains(got.Tree, "(command"):
			t.Errorf("%q is more than a value: %s", texts[i], got.Tree)
		case i >= broken && got.Fault == "":
			t.Errorf("no fault in\n%s", texts[i])
		}
	}
}
