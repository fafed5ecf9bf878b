//go:build !windows

package action_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TestAction is the day of a job: a pin, a second use, another version, a matrix.
func TestAction(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "1.21.13", "1.22.4", "1.22.12", "1.27.4")
	r.write("src/.go-version", "1.22.4\n")
	r.write("src/sub/go.mod", "module example.com/m\n\ngo 1.21.13\n")
	got := r.must(nil)
	store := r.path("tools", "gosw", "store")
	for name, want := range map[string]string{
		"version": "1.22.4", "goroot": filepath.Join(store, "toolchains", "go1.22.4"), "h1": r.server.H1("1.22.4"),
		"hit": "false", "cache": "false", "store": store, "key": "gosw-devel-" + runtime.GOOS + "-" + runtime.GOARCH + "-1.22.4",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if want := "Go: go1.22.4 " + runtime.GOOS + "/" + runtime.GOARCH + ", set by .go-version:1, verified by sum.fetchtest.invalid: h1:"; !strings.HasPrefix(r.read("summary"), want) {
		t.Errorf("the summary is %q", r.read("summary"))
	}
	if !strings.Contains(r.out, "::add-matcher::"+r.action+"/action/matchers.json\n") {
		t.Errorf("no matchers:\n%s", r.out)
	}
	r.runs("go1.22.4 ")
	if r.env["GOTOOLCHAIN"] != "local" || r.env["GOSW_ROOT"] != store {
		t.Errorf("the environment is %v", r.env)
	}

	// Twice in a job is nothing new.
	path, summary := r.env["PATH"], r.read("summary")
	r.server.Reset()
	if got := r.must(nil); got["version"] != "1.22.4" || got["hit"] != "true" || r.env["PATH"] != path || r.read("summary") != summary {
		t.Errorf("twice: %v, PATH %s\n%s", got, r.env["PATH"], r.out)
	}
	if n := r.server.Requests(""); n != 0 {
		t.Errorf("%d requests", n)
	}

	// Others win, the last one used.
	if got := r.must(map[string]string{"version": "1.22"}); got["version"] != "1.22.12" || got["hit"] != "false" {
		t.Errorf("a line: %v", got)
	}
	r.runs("go1.22.12 ")
	if got := r.must(map[string]string{"version-file": "sub/go.mod", "policy": "path"}); got["version"] != "1.21.13" || r.env["GOTOOLCHAIN"] != "path" {
		t.Errorf("go.mod: %v, GOTOOLCHAIN %q", got, r.env["GOTOOLCHAIN"])
	}
	r.runs("go1.21.13 ")
	r.must(nil)
	r.runs("go1.22.4 ")

	if got := r.must(map[string]string{"each": "1.21\n latest  1.22\r\n"}); got["matrix"] != `["1.21.13","1.27.4","1.22.12"]` {
		t.Errorf("the matrix is %v", got)
	}
	if entries, err := os.ReadDir(r.path("home", "go")); err == nil {
		t.Errorf("GOPATH has %v", entries)
	}
}

// TestActionErrors has errors beside the line that is to blame.
func TestActionErrors(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "1.22.4")
	for _, test := range []struct {
		file, text string
		inputs     map[string]string
		want       string
	}{
		{".go-version", "# ours\none.22\n", nil, "::error title=gosw,file=.go-version,line=2::" + r.path("src") + "/.go-version:2: \"one.22\": not a Go version%0A"},
		{".go-version", "1.22.99\n", nil, "::error title=gosw,file=.go-version,line=1::download go1.22.99"},
		{"a,b/go.mod", "module x\n\ngo 1.99.1\n", map[string]string{"version-file": "a,b/go.mod"}, "::error title=gosw,file=a%2Cb/go.mod,line=3::download go1.99.1"},
		{"none/x", "", map[string]string{"version-file": "none/.go-version"}, "::error title=gosw,file=none/.go-version::"},
		{"none/x", "", map[string]string{"version": "latest && id"}, `::error title=gosw::"latest && id": `},
		{"none/x", "", map[string]string{"version": "-h"}, `::error title=gosw::"-h": `},
		{"none/x", "", map[string]string{"each": "1.22.4 1.98"}, `::error title=gosw::no release of Go matches "1.98"`},
		{"none/x", "", map[string]string{"policy": "all"}, `::error title=gosw::policy is "all", not local, path, auto or leave`},
		{"none/x", "", map[string]string{"cache": "yes"}, `::error title=gosw::cache is "yes", not auto, true or false`},
	} {
		r.write(filepath.Join("src", test.file), test.text)
		r.fails(test.inputs, test.want)
		if err := os.Remove(r.path("src", test.file)); err != nil {
			t.Fatal(err)
		}
	}
	r.fails(nil, "::error title=gosw::no pin, go.work or go.mod names a Go version here")
	r.env["GOPROXY"] = r.server.Bad("altered-zip")
	r.fails(map[string]string{"version": "1.22.4"}, "SECURITY ERROR")
	if r.read("summary") != "" || r.read("paths") != "" {
		t.Error("it was set up")
	}
}

// TestActionCache has the cache of a hosted runner: on unless it is turned off, and what
// it brings is verified.
func TestActionCache(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "1.22.4")
	r.env["RUNNER_ENVIRONMENT"] = "github-hosted"
	for _, test := range [][2]string{{"auto", "true"}, {"false", "false"}, {"true", "true"}} {
		if got := r.must(map[string]string{"version": "1.22.4", "cache": test[0]}); got["cache"] != test[1] {
			t.Errorf("%s: %v", test[0], got)
		}
	}
	store := r.path("tools", "gosw", "store")
	saved := r.path("saved")
	if err := os.Rename(store, saved); err != nil {
		t.Fatal(err)
	}
	restore := func() bool {
		out, err := exec.Command("cp", "-a", saved, store).CombinedOutput()
		if err != nil {
			t.Fatalf("cp: %v\n%s", err, out)
		}
		return true
	}
	r.server.Reset()
	got, err := r.use(map[string]string{"version": "1.22.4"}, restore)
	if err != nil || got["hit"] != "true" || r.server.Requests("") != 0 {
		t.Errorf("restored: %v, %v, %d requests\n%s", got, err, r.server.Requests(""), r.out)
	}

	file := filepath.Join(saved, "toolchains", "go1.22.4", "VERSION")
	if err := errors.Join(os.RemoveAll(store), os.Chmod(file, 0o644), os.WriteFile(file, []byte("go1.22.4\nmine\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.use(map[string]string{"version": "1.22.4"}, restore); err == nil || !strings.Contains(r.out, "::error title=gosw::what GitHub's cache had is not what was released") {
		t.Errorf("altered: %v\n%s", err, r.out)
	}
}

// TestActionModCache has a module cache that nobody may write to, and a tool cache that
// everybody may: the first stays as it is, and the second is not used.
func TestActionModCache(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "1.22.4")
	r.write("home/go/pkg/mod/cache/lock", "")
	for _, dir := range []string{"home/go/pkg/mod/cache", "home/go/pkg/mod", "home/go/pkg"} {
		if err := os.Chmod(r.path(dir), 0o555); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(r.path("tools"), 0o777); err != nil {
		t.Fatal(err)
	}
	r.write("src/go.mod", "module example.com/m\n\ngo 1.22.4\n") // and no go.sum
	if got := r.must(nil); got["store"] != r.path("temp", "gosw", "store") {
		t.Errorf("the store is %s", got["store"])
	}
	r.runs("go1.22.4 ")
	delete(r.env, "GOSW_ROOT")
	if err := os.Chmod(r.path("temp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if got := r.must(nil); got["store"] != r.path("home", ".cache", "gosw", "store") {
		t.Errorf("the store is %s", got["store"])
	}
	if entries, err := os.ReadDir(r.path("home/go/pkg/mod")); err != nil || len(entries) != 1 {
		t.Errorf("the module cache has %v, %v", entries, err)
	}
}

// release makes an action with the hash of an archive of gosw, and a server that has what
// served makes of it.
func (r *runner) release(served func([]byte) []byte) {
	r.t.Helper()
	top := released()
	data, err := packed()
	if err != nil {
		r.t.Fatal(err)
	}
	r.action = r.path("action")
	for name, text := range map[string]string{
		"gosw.sha256":   fmt.Sprintf("# hashes\n%x  %s.tar.gz\n%064d  gosw_1.2.3_plan9_386.tar.gz\n", sha256.Sum256(data), top, 0),
		"matchers.json": "{}", "setup.sh": "",
	} {
		if name == "setup.sh" {
			script, err := os.ReadFile(filepath.Join(repository(r.t), "action", name))
			if err != nil {
				r.t.Fatal(err)
			}
			text = string(script)
		}
		r.write("action/action/"+name, text)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/v1.2.3/"+top+".tar.gz" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(served(data))
	}))
	r.t.Cleanup(server.Close)
	r.env["GOSW_DOWNLOAD_URL"] = server.URL + "/"
}

// released is the name of the archive for this platform, without its ending.
func released() string {
	arch := runtime.GOARCH
	if arch == "arm" {
		arch = "armv7"
	}
	return "gosw_1.2.3_" + runtime.GOOS + "_" + arch
}

// packed is the archive of a release: gosw-shim, and a gosw that says that it is 1.2.3.
var packed = sync.OnceValues(func() ([]byte, error) {
	const program = `#!/bin/sh
if [ "$1" = --version ]; then echo gosw 1.2.3; else exec "${0%/*}/gosw-program" "$@"; fi
`
	var buf bytes.Buffer
	zipped, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	w := tar.NewWriter(zipped)
	add := func(name string, data []byte, err error) error {
		header := &tar.Header{Name: released() + "/bin/" + name, Mode: 0o755, Size: int64(len(data)), Typeflag: tar.TypeReg}
		if err == nil {
			err = w.WriteHeader(header)
		}
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	errs := []error{add("gosw", []byte(program), nil)}
	for name, file := range map[string]string{"gosw-program": "gosw", "gosw-shim": "gosw-shim"} {
		data, err := os.ReadFile(filepath.Join(programs, file))
		errs = append(errs, add(name, data, err))
	}
	err := errors.Join(append(errs, w.Close(), zipped.Close())...)
	return buf.Bytes(), err
})

// TestActionDownload has runners without gosw: it comes from a release, and only if its
// hash is the one in the action.
func TestActionDownload(t *testing.T) {
	t.Parallel()
	same := func(data []byte) []byte { return data }
	newcomer := func(t *testing.T, path string, served func([]byte) []byte) *runner {
		r := newRunner(t, "1.22.4")
		r.release(served)
		r.env["PATH"] = path + ":/usr/bin:/bin"
		r.write("src/.go-version", "1.22.4\n")
		return r
	}
	r := newcomer(t, "/none", same)
	r.must(nil)
	r.runs("go1.22.4 ")
	if _, err := r.step(nil, "bash", "-c", "gosw --version"); err != nil || r.out != "gosw 1.2.3\n" {
		t.Errorf("gosw --version: %v, %s", err, r.out)
	}
	r.env["GOSW_DOWNLOAD_URL"] = "http://127.0.0.1:1/" // it is in the tool cache
	r.env["PATH"] = "/none:/usr/bin:/bin"
	r.must(nil)

	// One of another version is not the right one.
	r = newcomer(t, programs, same)
	r.must(nil)
	if entries, err := os.ReadDir(r.path("tools", "gosw", "1.2.3")); err != nil || len(entries) != 1 {
		t.Errorf("the tool cache has %v, %v", entries, err)
	}

	for name, test := range map[string]struct {
		served func([]byte) []byte
		want   string
	}{
		"altered": {func(data []byte) []byte { return append(data[:len(data):len(data)], 0) }, "SECURITY ERROR: gosw_1.2.3_"},
		"cut":     {func(data []byte) []byte { return data[:len(data)/2] }, "SECURITY ERROR: gosw_1.2.3_"},
		"empty":   {func([]byte) []byte { return nil }, "SECURITY ERROR: gosw_1.2.3_"},
	} {
		r = newcomer(t, "/none", test.served)
		r.fails(nil, "::error title=gosw::"+test.want)
		if entries, err := os.ReadDir(r.path("tools", "gosw", "1.2.3")); err != nil && !errors.Is(err, os.ErrNotExist) || len(entries) != 0 || r.read("paths") != "" {
			t.Errorf("%s: left %v, %v", name, entries, err)
		}
	}
	r = newcomer(t, "/none", same)
	r.env["GOSW_DOWNLOAD_URL"] += "nowhere"
	r.fails(nil, "::error title=gosw::can't download gosw_1.2.3_")

	// Before the first release there is no hash of any.
	r = newRunner(t, "1.22.4")
	r.env["PATH"] = "/usr/bin:/bin"
	r.action = repository(t)
	if strings.Contains(readFile(t, filepath.Join(r.action, "action", "gosw.sha256")), ".tar.gz") {
		return // there has been one
	}
	r.fails(map[string]string{"version": "1.22.4"}, "::error title=gosw::this revision of the action has no hash of a released gosw")
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestActionInputs holds action.yml against the script: what one hands over the other
// reads, and what the script writes is an output.
func TestActionInputs(t *testing.T) {
	t.Parallel()
	yaml := readFile(t, "../../action.yml")
	script := readFile(t, "../../action/setup.sh")
	_, inputs, _ := strings.Cut(yaml, "\ninputs:\n")
	inputs, outputs, _ := strings.Cut(inputs, "\noutputs:\n")
	outputs, steps, _ := strings.Cut(outputs, "\nruns:\n")
	for _, match := range regexp.MustCompile(`(?m)^  ([a-z-]+):$`).FindAllStringSubmatch(inputs, -1) {
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(match[1], "-", "_"))
		if !strings.Contains(steps, variable+": ${{ inputs."+match[1]+" }}") || !strings.Contains(script, variable) {
			t.Errorf("the input %s is not handed over as %s, or not read", match[1], variable)
		}
	}
	r := newRunner(t, "1.22.4")
	written := r.must(map[string]string{"version": "1.22.4"})
	for name, value := range r.must(map[string]string{"each": "1.22"}) {
		written[name] = value
	}
	for _, match := range regexp.MustCompile(`steps\.\w+\.outputs\.([a-z0-9]+)`).FindAllStringSubmatch(outputs, -1) {
		if written[match[1]] == "" {
			t.Errorf("nothing writes the output %s", match[1])
		}
	}
	for line := range strings.Lines(steps) {
		if strings.Contains(line, "run:") && strings.Contains(line, "${{") {
			t.Errorf("an expression becomes code: %s", line)
		}
	}
}

// TestMatchers has what go vet and go test really print.
func TestMatchers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module example.com/m\n\ngo 1.22\n",
		"m.go":        "package m\n\nimport \"fmt\"\n\nfunc f() { fmt.Printf(\"%d\\n\", \"x\") }\n",
		"m_test.go":   "package m\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {\n\tt.Error(\"is not so\")\n}\n",
		"bad/bad.go":  "package bad\n\nvar x int = \"y\"\n",
		"good/ok.txt": "",
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	var matchers struct {
		ProblemMatcher []struct {
			Pattern []struct{ Regexp string }
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "../../action/matchers.json")), &matchers); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{
		"vet .":           "m.go:5: fmt.Printf format %d has arg \"x\" of wrong type string",
		"vet ./bad":       "bad/bad.go:3: cannot use \"y\"",
		"build ./bad":     "bad/bad.go:3: cannot use \"y\"",
		"test -vet=off .": "m_test.go:6: is not so",
	} {
		cmd := exec.Command("go", strings.Fields(command)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Errorf("go %s went well", command)
		}
		var found []string
		for line := range strings.Lines(string(out)) {
			for _, m := range matchers.ProblemMatcher {
				if match := regexp.MustCompile(m.Pattern[0].Regexp).FindStringSubmatch(strings.TrimSuffix(line, "\n")); match != nil {
					found = append(found, strings.TrimPrefix(match[1], "./")+":"+match[2]+": "+match[len(match)-1])
				}
			}
		}
		if len(found) != 1 || !strings.HasPrefix(found[0], want) {
			t.Errorf("go %s: %q, want one with %q\n%s", command, found, want, out)
		}
	}
}
