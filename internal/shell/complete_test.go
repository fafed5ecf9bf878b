//go:build !windows

package shell

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	f := newFixture(t)
	for _, test := range []struct {
		name, words, answer, want string // words as COMP_WORDS, blanks before those that had one
	}{
		{"commands", " gosw| u", "uninstall\tRemove\nuse\tSwitch\nlist\n:4\n", "uninstall use"},
		{"nothing typed", " gosw| ", "a\nb\td\n:4\n", "a b"},
		{"no description", " gosw| use| 1.2", "1.21\n1.22\n1.3\n:4\n", "1.21 1.22"},
		{"colon", " gosw| x| a|:|b", "a:bc\tx\na:bd\nb\n:4\n", "bc bd"},
		{"colon last", " gosw| x| a|:", "a:bc\na:bd\n:4\n", "bc bd"},
		{"equals", " gosw| --lang|=|1", "--lang=1.22\n:4\n", "1.22"},
		{"error", " gosw| x| ", "a\n:1\n", ""},
		{"no space", " gosw| x| ", "a/\n:6\n", "a/"},
		{"active help", " gosw| x| ", "_activeHelp_ do this\na\n:4\n", "a"},
		{"value with a colon first", " gosw| x| ", ":x y\nb\n:4\n", "b"},
		{"no answer", " gosw| x| ", "", ""},
		{"value with blanks", " gosw| x| ~", "~> 1.22\tc\n:4\n", "~> 1.22"},
	} {
		f.write(t, filepath.Dir(f.exe)+"/answer", test.answer)
		var words, line string
		for word := range strings.SplitSeq(test.words, "|") {
			words += " " + bash.Quote(strings.TrimPrefix(word, " "))
			line += word
		}
		script := fmt.Sprintf("COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=%s; COMP_POINT=${#COMP_LINE}\n"+
			`__gosw_complete; echo "${COMPREPLY[*]-}"`, words, bash.Quote(line[1:]))
		f.expect(t, test.name, script, test.want+"\n")
	}
}

func TestCompleteArguments(t *testing.T) {
	f := newFixture(t)
	f.write(t, f.exe, "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"${0%/*}/args\"; echo :4\n")
	f.expect(t, "arguments", `COMP_WORDS=(gosw a : b ""); COMP_CWORD=4; COMP_LINE="gosw a:b "; COMP_POINT=9
__gosw_complete; cat "${__gosw_exe%/*}/args"`, "__complete\na:b\n\n")
}
