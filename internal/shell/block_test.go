package shell

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestBlock puts a block into texts and takes it out: what is left is what was
// there.
func TestBlock(t *testing.T) {
	t.Parallel()
	const body = "eval \"$(gosw init bash)\"\n"
	for _, text := range []string{"", "\n", "a\n", "a", "a\n\n\n", "a\r\nb", "# >>> gosw\n", " # >>> gosw init\n", "\x00\xff\n", strings.Repeat("x\n", 1000)} {
		for _, missing := range []bool{false, true} {
			if missing && text != "" {
				continue
			}
			added, line, err := AddBlock(text, body, missing)
			if err != nil || !strings.HasPrefix(added, text) || !strings.HasSuffix(added, "\n"+blockEnd+"\n") {
				t.Errorf("%q: %q, %v", text, added, err)
			}
			if lines := strings.Split(added, "\n"); !strings.HasPrefix(lines[line-1], blockBegin) {
				t.Errorf("%q: the block is not in line %d", text, line)
			}
			again, _, err := AddBlock(added, body, false)
			if err != nil || again != added {
				t.Errorf("%q: a second time: %q, %v", text, again, err)
			}
			changed, _, err := AddBlock(added+"after\n", "other\n", false)
			if err != nil || !strings.Contains(changed, "other\n"+blockEnd+"\nafter\n") || strings.Contains(changed, body) {
				t.Errorf("%q: another body: %q, %v", text, changed, err)
			}
			for _, with := range []string{added, again} {
				rest, removed, _, gone, err := RemoveBlock(with)
				if err != nil || rest != text || removed == "" || gone != missing {
					t.Errorf("%q: left %q, removed %q, gone %v, %v", text, rest, removed, gone, err)
				}
			}
			if rest, _, _, gone, err := RemoveBlock(added + "after\n"); err != nil || gone || rest != strings.TrimSuffix(added, wrapped(added))+"after\n" {
				t.Errorf("%q: with lines after: %q, %v, %v", text, rest, gone, err)
			}
		}
	}
	if rest, removed, _, gone, err := RemoveBlock("a\n"); rest != "a\n" || removed != "" || gone || err != nil {
		t.Errorf("no block: %q, %q, %v, %v", rest, removed, gone, err)
	}
}

// wrapped returns the block that text ends with.
func wrapped(text string) string { return text[strings.LastIndex(text, "\n"+blockBegin)+1:] }

func TestBlockDamaged(t *testing.T) {
	t.Parallel()
	good, _, err := AddBlock("", "body\n", false)
	if err != nil {
		t.Fatal(err)
	}
	begin, _, _ := strings.Cut(good, "\n")
	for _, test := range []struct {
		name, text string
		line       int
	}{
		{"no end", "x\n" + begin + "\nbody\n", 2},
		{"no beginning", "x\nbody\n" + blockEnd + "\n", 3},
		{"two", good + good, 4},
		{"one in the other", begin + "\n" + good, 1},
		{"edited", strings.Replace(good, "body", "bodies", 1), 1},
		{"emptied", strings.Replace(good, "body\n", "", 1), 1},
		{"no sum", strings.Replace(good, begin, blockBegin+" >>>", 1), 1},
		{"marker cut", strings.Replace(good, begin, blockBegin, 1), 1},
		{"CRLF", strings.ReplaceAll(good, "\n", "\r\n"), 1},
	} {
		_, _, addErr := AddBlock(test.text, "body\n", false)
		_, _, _, _, removeErr := RemoveBlock(test.text)
		for _, err := range []error{addErr, removeErr} {
			if damaged := (*BlockError)(nil); !errors.As(err, &damaged) || damaged.Line != test.line {
				t.Errorf("%s: %v, want one in line %d", test.name, err, test.line)
			}
		}
	}
}

// TestBlockDocument holds the example in docs/shells.md against a real block.
func TestBlockDocument(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/shells.md")
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := AddBlock("", bash.Load("/home/me/.local/bin/gosw", nil), false)
	if err != nil {
		t.Fatal(err)
	}
	if want := "    +" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    +") + "\n"; !strings.Contains(string(doc), want) {
		t.Errorf("docs/shells.md does not have\n%s", want)
	}
}
