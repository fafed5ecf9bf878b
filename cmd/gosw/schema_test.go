package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// readers are the commands that read, in the words of docs/reference.md, each
// with runs that together print every field of its object. A command that has
// --json is among them, and so is each that does nothing but read.
var readers = map[string][]string{
	"gosw list":                {"list", "list --size"},
	"gosw list --remote":       {"list --remote --platforms"},
	"gosw current":             {"current"},
	"gosw which":               {"which"},
	"gosw which --all":         {"which --all"},
	"gosw why":                 {"why", "why compile", "GOSW_GOTOOLCHAIN=leave why", "GO_VERSION=system why", "GO_VERSION=bad! why"},
	"gosw verify":              {"verify", "verify --cross=windows/amd64", "verify 1.21"},
	"gosw verify --goroot DIR": {"verify --goroot tree"},
	"gosw audit":               {"audit"},
	"gosw outdated":            {"outdated"},
	"gosw size":                {"size"},
	"gosw env":                 {"env"},
	"gosw default":             {"default"},
	"gosw prune":               {"prune --dry-run"},
	"gosw pin":                 {"pin"},
	"gosw mirror":              {"mirror srv 1.22.4 1.27.3", "mirror srv 1.22.4 --prune", "mirror tree --verify"},
	"gosw version":             {"version"},
	"gosw import":              {"import --all --dry-run"},
	"gosw ci":                  {"ci"},
	"gosw ci --each":           {"ci --each 1.22"},
	"gosw doctor":              {"doctor", "doctor --fix"},
}

// writers are the commands whose result is what they do.
var writers = []string{
	"gosw", "gosw install", "gosw uninstall", "gosw repair", "gosw upgrade", "gosw use", "gosw exec",
	"gosw init", "gosw init direnv", "gosw init sdk", "gosw init vscode", "gosw shim", "gosw bundle", "gosw serve",
	// What these print is one version or none, and needs a release to run.
	"gosw self", "gosw self update", "gosw self rollback", "gosw self verify", "gosw self uninstall",
}

// unseen are fields that these runs don't print, and where they are tested.
var unseen = map[string]string{
	"gosw list: toolchains.receipt.sha256":          "list of an archive: install_file.txtar",
	"gosw verify: toolchains.sha256":                "the database is away: install_unproven.txtar",
	"gosw verify: toolchains.cross.findings.kind":   "a go that is not what it says: internal/cross",
	"gosw verify: toolchains.cross.findings.detail": "the same",
	"gosw verify --goroot DIR: toolchains.error":    "no zip to compare with: audit_bad.txtar",
}

// opaque is what other documents describe, or nobody but gosw reads.
var opaque = []string{"gosw list: toolchains.receipt.record"}

// TestReaders makes sure that a command is one or the other.
func TestReaders(t *testing.T) {
	t.Parallel()
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		name := cmd.CommandPath()
		_, reads := readers[name]
		writes := slices.Contains(writers, name)
		if asJSON := cmd.Flags().Lookup("json") != nil; reads != asJSON || reads == writes {
			t.Errorf("%s: reads: %t, writes: %t, has --json: %t", name, reads, writes, asJSON)
		}
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	root := cli.Commands()
	check(root)
	for row := range readers {
		name, flags, _ := strings.Cut(row, " --")
		cmd, _, err := root.Find(strings.Fields(name)[1:])
		flag, _, _ := strings.Cut(flags, " ")
		if err != nil || flag != "" && cmd.Flags().Lookup(flag) == nil {
			t.Errorf("there is no %s: %v", row, err)
		}
	}
}

// TestSchemas holds what commands print with --json against docs/reference.md.
func TestSchemas(t *testing.T) {
	t.Parallel()
	documented := readSchemas(t)
	s := schemaSite(t)
	for row, runs := range readers {
		// One at a time: what another command reads of a version is in use for prune.
		t.Run(row, func(t *testing.T) {
			want := documented[row]
			if want == nil {
				t.Fatalf("docs/reference.md has no object for %q", row+" --json")
			}
			seen := make(map[string]bool)
			for _, run := range runs {
				var object map[string]any
				out := s.json(t, run)
				if err := json.Unmarshal(out, &object); err != nil {
					t.Fatalf("%s: %v\n%s", run, err, out)
				}
				if object["schema"] != 1.0 {
					t.Errorf("%s: schema %v", run, object["schema"])
				}
				collect(row+": ", "", object, seen)
			}
			for path := range seen {
				if !want[path] {
					t.Errorf("%q is not in docs/reference.md", path)
				}
			}
			for path := range want {
				if _, ok := unseen[row+": "+path]; seen[path] == ok {
					t.Errorf("%q is documented; printed: %t; known as one that is not: %t", path, seen[path], ok)
				}
			}
		})
	}
	for row := range documented {
		if readers[row] == nil {
			t.Errorf("docs/reference.md has an object for %q, which is none of readers", row+" --json")
		}
	}
}

// collect adds the path of each field of value to seen, "toolchains.version".
func collect(row, path string, value any, seen map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			collect(row, path, element, seen)
		}
	case map[string]any:
		if slices.Contains(opaque, row+path) {
			return
		}
		for name, field := range value {
			below := strings.TrimPrefix(path+"."+name, ".")
			seen[below] = true
			collect(row, below, field, seen)
		}
	}
}

// readSchemas returns the fields of each object in docs/reference.md, by the
// command without --json. The second table, of why, is about fields of its row.
func readSchemas(t *testing.T) map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## JSON\n")
	if !found {
		t.Fatal("docs/reference.md has no section JSON")
	}
	schemas := make(map[string]map[string]bool)
	for line := range strings.Lines(section) {
		cells := strings.Split(line, " | ")
		if len(cells) != 2 || !strings.HasPrefix(line, "| `") {
			continue
		}
		name := strings.Trim(cells[0], "| `")
		form, ok := strings.CutPrefix(cells[1], "`")
		form, _, _ = strings.Cut(form, "`")
		if ok = ok && strings.ContainsAny(form, "{"); !ok {
			continue
		}
		row, isRow := strings.CutSuffix(name, " --json")
		path := ""
		if !isRow {
			row, path = "gosw why", name
			if !schemas[row][path] {
				t.Errorf("docs/reference.md: why has no %q", path)
			}
		}
		if schemas[row] == nil {
			schemas[row] = make(map[string]bool)
		}
		if err := parseForm(form, path, schemas[row]); err != nil {
			t.Errorf("docs/reference.md: %s: %v", name, err)
		}
	}
	return schemas
}

// parseForm adds the fields of a form such as {schema, toolchains: [{version}]} to
// fields.
func parseForm(form, path string, fields map[string]bool) error {
	var stack []string // paths of what is open
	name := path
	for form = strings.ReplaceAll(form, " ", ""); form != ""; {
		switch c := form[0]; c {
		case '{', '[':
			stack = append(stack, name)
			form = form[1:]
		case '}', ']':
			if len(stack) == 0 {
				return errors.New("closes too much")
			}
			stack = stack[:len(stack)-1]
			form = form[1:]
		case ',', ':':
			form = form[1:]
		default:
			n := strings.IndexAny(form, "{}[],:")
			if n < 0 || len(stack) == 0 {
				return fmt.Errorf("%q is in no object", form)
			}
			name = strings.TrimPrefix(stack[len(stack)-1]+"."+form[:n], ".")
			fields[name] = true
			form = form[n:]
		}
	}
	if len(stack) > 0 {
		return errors.New("does not close")
	}
	return nil
}

// schemaSite has something of everything: a system store, a damaged version, one
// without a proof, vulnerabilities, something to prune, a go.mod that asks for
// more.
func schemaSite(t *testing.T) *site {
	s := newSite(t)
	s.server.AddVuln(fetchtest.NewVuln("GO-2026-0001", "stdlib", "An example.", nil, "0", "1.22.5", "1.26.0", "1.27.4"))
	s.run("install", "1.21.0", "1.21.13", "1.22.4", "1.22.5", "1.27.3")
	s.run("default", "1.22.4")
	s.json(t, "audit")                             // outdated knows what it has found
	s.run("exec", "1.22.4", "--", "go", "version") // it has been used
	files := map[string]string{
		".go-version":    "1.22.4\n",
		".config/go/env": "GOTOOLCHAIN=auto\nGOFLAGS=-v\n",
		"go.mod":         "module example.com/m\n\ngo 1.22.5\n\ntoolchain go1.27.3\n",
	}
	for _, f := range fetchtest.Files("go1.22.12", runtime.GOOS, runtime.GOARCH) {
		files["tree/"+strings.Replace(f[0], "_go.mod", "go.mod", 1)] = f[1]
	}
	files["tree/src/fmt/print.go"] = "package other\n"
	for _, f := range fetchtest.Files("go1.26.11", runtime.GOOS, runtime.GOARCH) {
		files["sdk/go1.26.11/"+strings.Replace(f[0], "_go.mod", "go.mod", 1)] = f[1]
	}
	files["sdk/go1.0/bin/go"] = "half\n"
	for name, text := range files {
		file := filepath.Join(s.home, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), fetchtest.WriteProgram(file, []byte(text))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(s.store("toolchains", "go1.21.0", "VERSION"), 0o600), os.Remove(s.store("receipts", "go1.21.0.json")),
		os.Remove(filepath.Join(s.home, "tree", "LICENSE")), os.Symlink("VERSION", filepath.Join(s.home, "tree", "LICENSE"))); err != nil {
		t.Fatal(err)
	}
	return s
}

// json returns what "NAME=VALUE… COMMAND" prints with --json, whatever its exit
// code is.
func (s *site) json(t *testing.T, line string) []byte {
	t.Helper()
	args := strings.Fields(line)
	var env []string
	for strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	cmd := s.command(s.server.Proxy(), append(args, "--json")...)
	cmd.Env = append(append(cmd.Env, "GOVULNDB="+s.server.VulnDB(), "GOSW_GOTOOLCHAIN=auto", "PATH="+s.store("bin")+":"+filepath.Join(s.home, "tree", "bin")+":/usr/bin:/bin"), env...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out
}
