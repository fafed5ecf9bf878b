package archive

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/archive/hostile"
)

var update = flag.Bool("update", false, "write the table of hostile/corpus.md anew")

const corpusMark = "<!-- made by go test ./internal/archive -run TestCorpusTable -update -->\n"

// corpusTable lists the corpus: a line for each name and reason, with all
// formats that have it.
func corpusTable() string {
	type row struct{ formats, name, why, want string }
	var rows []*row
	byKey := make(map[string]*row)
	for _, c := range hostile.Corpus() {
		want := "accepted"
		if c.Want != "" {
			want = "`" + c.Want + "`"
		}
		key := c.Name + c.Why
		if r := byKey[key]; r != nil {
			r.formats += ", " + string(c.Format)
			if !strings.Contains(r.want, want) {
				r.want += ", " + want
			}
			continue
		}
		byKey[key] = &row{string(c.Format), c.Name, c.Why, want}
		rows = append(rows, byKey[key])
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%d archives, of which %d are accepted: the tree is as the sums say, which is for the proof to judge.\n\n", len(hostile.Corpus()), accepted())
	table.WriteString("| archive | format | what it tries | answer |\n|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", r.name, r.formats, strings.ReplaceAll(r.why, "|", `\|`), r.want)
	}
	return table.String()
}

func accepted() (n int) {
	for _, c := range hostile.Corpus() {
		if c.Want == "" {
			n++
		}
	}
	return n
}

func TestCorpusTable(t *testing.T) {
	t.Parallel()
	const file = "hostile/corpus.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rules, table, ok := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), corpusMark)
	if !ok {
		t.Fatalf("%s has no line %s", file, corpusMark)
	}
	if want := corpusTable(); table != want {
		if !*update {
			t.Fatalf("%s: the table is not that of the corpus: run this test with -update", file)
		}
		if err := os.WriteFile(file, []byte(rules+corpusMark+want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A name stands for one archive, and each says what it is there for.
func TestCorpusNames(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	refused := 0
	for _, c := range hostile.Corpus() {
		key := string(c.Format) + "/" + c.Name
		if seen[key] || c.Why == "" || strings.ContainsAny(c.Name, " /|") {
			t.Errorf("%s: twice, or without a reason: %q", key, c.Why)
		}
		seen[key] = true
		if c.Want != "" {
			refused++
		}
	}
	if refused < 200 {
		t.Errorf("%d hostile archives, want 200", refused)
	}
}
