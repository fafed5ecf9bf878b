package verify

import (
	"testing"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cross"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/shell"
)

// TestCrossVerdict has what only a toolchain with a compiler can come to, besides
// what a toy does.
func TestCrossVerdict(t *testing.T) {
	t.Parallel()
	v, err := gover.Parse("1.22.5")
	if err != nil {
		t.Fatal(err)
	}
	result := func(arch string, kinds ...string) cross.Result {
		r := cross.Result{Port: cross.Port{OS: "linux", Arch: arch}, OK: len(kinds) == 0}
		for _, kind := range kinds {
			r.Findings = append(r.Findings, cross.Finding{Kind: kind})
		}
		return r
	}
	bash, _ := shell.Lookup("bash")
	const (
		temp    = "if the directory for temporary files is mounted noexec, set GOTMPDIR to another"
		machine = `the files of go1.22.5 are as published; check disk space, permissions, GOCACHE, and "go tool dist list" for the port`
	)
	for name, test := range map[string]struct {
		report     cross.Report
		want, hint string
	}{
		"well":   {cross.Report{OK: true, Ports: []cross.Result{result("amd64")}}, "", ""},
		"itself": {cross.Report{Findings: []cross.Finding{{Kind: cross.KindGOROOT}}, Ports: []cross.Result{result("amd64")}}, "some checks failed", ""},
		"run":    {cross.Report{Ports: []cross.Result{result("amd64", cross.KindRun), result("arm64")}}, "linux/amd64 failed", temp},
		"build":  {cross.Report{Ports: []cross.Result{result("amd64"), result("arm64", cross.KindBuild), result("arm", cross.KindBuild)}}, "linux/arm64, linux/arm failed", machine},
		"both":   {cross.Report{Ports: []cross.Result{result("amd64", cross.KindRun), result("arm64", cross.KindBuild)}}, "linux/amd64, linux/arm64 failed", temp},
		"format": {cross.Report{Ports: []cross.Result{result("arm64", cross.KindMachine, cross.KindSettings)}}, "linux/arm64 failed", ""},
	} {
		err := crossVerdict(v, &test.report)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || err.Error() != "cross build with go1.22.5: "+test.want || term.Words(app.HintFor(err), bash) != test.hint):
			t.Errorf("%s: %v, hint %q", name, err, term.Words(app.HintFor(err), bash))
		}
	}
}
