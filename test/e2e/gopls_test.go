//go:build e2e

package e2e_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tailscale/hujson"
)

// goplsVersion is the newest gopls that Go 1.26 can build.
const goplsVersion = "v0.23.0"

// buildGopls builds gopls with the Go that runs the test, once: it stays in the
// user's cache directory.
func buildGopls(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "gosw-e2e", "gopls-"+goplsVersion)
	program := filepath.Join(dir, "gopls")
	if _, err := os.Stat(program); err == nil {
		return program
	}
	began := time.Now()
	build := exec.CommandContext(t.Context(), "go", "install", "golang.org/x/tools/gopls@"+goplsVersion)
	build.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build gopls: %v\n%s", err, out)
	}
	t.Logf("built gopls %s in %v", goplsVersion, time.Since(began).Round(time.Second))
	return program
}

// TestGopls has one gopls, as an editor starts it, with two modules of different
// pins in its workspace: each is seen through its own toolchain.
func TestGopls(t *testing.T) {
	t.Parallel()
	gopls := buildGopls(t)
	m := newMachine(t)
	began := time.Now()
	m.run(m.home, nil, m.gosw, "install", "1.24", "1.26.8")
	t.Logf("installed %s in %v", strings.Fields(m.run(m.home, nil, m.gosw, "list")), time.Since(began).Round(time.Second))
	began = time.Now()
	modules := map[string]string{ // directory to version
		m.project("older", "1.21", "1.24"):   m.installed("1.24"),
		m.project("newer", "1.24", "1.26.8"): "go1.26.8",
	}
	// VS Code that a desktop has started: the shims are on PATH by its settings
	// alone, and there is no shell function.
	cmd := exec.CommandContext(t.Context(), gopls)
	cmd.Dir = m.home
	cmd.Env = []string{
		"HOME=" + m.home, "PATH=" + vscodePath(m, "/usr/bin:/bin"),
		"GOPROXY=off", "GOSW_AUTO_INSTALL=never",
	}
	server := startLSP(t, cmd)
	initialize(server, modules)

	var views []struct{ ID, Type, Root, Folder string }
	server.call("workspace/executeCommand", map[string]any{"command": "gopls.views"}, &views)
	if len(views) != len(modules) {
		t.Errorf("views: %+v, want one for each module", views)
	}
	for dir, version := range modules {
		if got, want := definition(server, dir), filepath.Join(m.root(), "toolchains", version, "src", "fmt", "print.go"); got != want {
			t.Errorf("%s: fmt.Println is defined in\n%s, want\n%s", dir, got, want)
		}
	}
	t.Logf("gopls took %v", time.Since(began).Round(100*time.Millisecond))
	builds := "GOCACHE=" + filepath.Join(filepath.Dir(filepath.Dir(gopls)), "build") // kept, since it takes half a minute
	for dir, version := range modules {
		checkChildren(m, dir, version, builds)
	}
}

// vscodePath returns the PATH that VS Code's Go extension gives to gopls, where its own
// is path: "go.toolsEnvVars" with ${env:PATH} filled in.
func vscodePath(m *machine, path string) string {
	m.t.Helper()
	user := filepath.Join(m.home, ".config", "Code", "User")
	if err := os.MkdirAll(user, 0o755); err != nil {
		m.t.Fatal(err)
	}
	m.run(m.home, nil, m.gosw, "init", "vscode", "--install")
	text, err := os.ReadFile(filepath.Join(user, "settings.json"))
	if err == nil {
		text, err = hujson.Standardize(text)
	}
	var settings struct {
		Env map[string]string `json:"go.toolsEnvVars"`
	}
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		m.t.Fatalf("%v:\n%s", err, text)
	}
	return strings.ReplaceAll(settings.Env["PATH"], "${env:PATH}", path)
}

// checkChildren has go start go, in its own ways.
func checkChildren(m *machine, dir, version string, env ...string) {
	m.t.Helper()
	for file, text := range map[string]string{
		"generate/generate.go": "package generate\n\n//go:generate go version\n",
		"nested/main.go": "package main\n\nimport (\n\t\"os\"\n\t\"os/exec\"\n)\n\nfunc main() {\n" +
			"\tcmd := exec.Command(\"go\", \"version\")\n\tcmd.Stdout = os.Stdout\n\t_ = cmd.Run()\n}\n",
	} {
		file = filepath.Join(dir, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			m.t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"generate", "./generate"}, {"run", "./nested"}} {
		if got := m.run(dir, env, "go", args...); !strings.HasPrefix(got, "go version "+version+" ") {
			m.t.Errorf("go %s: %q, want %s", args, got, version)
		}
	}
}

// initialize opens the modules as directories of one workspace.
func initialize(server *lsp, modules map[string]string) {
	var folders []map[string]string
	for dir := range modules {
		folders = append(folders, map[string]string{"uri": fileURI(dir), "name": filepath.Base(dir)})
	}
	var result json.RawMessage
	server.call("initialize", map[string]any{
		"processId":        os.Getpid(),
		"rootUri":          nil,
		"workspaceFolders": folders,
		"capabilities":     map[string]any{"workspace": map[string]any{"workspaceFolders": true, "configuration": true}},
	}, &result)
	server.notify("initialized", struct{}{})
}

// definition opens the small program in dir and returns the file in which
// fmt.Println is defined, as gopls tells.
func definition(server *lsp, dir string) string {
	server.t.Helper()
	file := filepath.Join(dir, "small", "main.go")
	text, err := os.ReadFile(file)
	if err != nil {
		server.t.Fatal(err)
	}
	server.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": fileURI(file), "languageId": "go", "version": 1, "text": string(text),
	}})
	var line, column int
	for i, l := range strings.Split(string(text), "\n") {
		if at := strings.Index(l, "Println"); at >= 0 {
			line, column = i, at
		}
	}
	var places []struct{ URI string }
	server.call("textDocument/definition", map[string]any{
		"textDocument": map[string]string{"uri": fileURI(file)},
		"position":     map[string]int{"line": line, "character": column},
	}, &places)
	if len(places) != 1 {
		server.t.Fatalf("%d definitions", len(places))
	}
	return strings.TrimPrefix(places[0].URI, "file://")
}
