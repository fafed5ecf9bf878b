//go:build !windows

// Package action_test uses action.yml as jobs do. The tests without a tag run the
// action's script with the files that GitHub's runner gives it; those with the tag act
// ("make action-check") run whole workflows with act.
package action_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// programs is the directory with gosw and gosw-shim.
var programs string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gosw-action-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", dir+"/", "github.com/gosw/gosw/cmd/gosw", "github.com/gosw/gosw/cmd/gosw-shim")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	programs = dir
	return m.Run()
}

// repository is the root of this repository, where action.yml is.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A runner is a machine of GitHub's with one job.
type runner struct {
	t      testing.TB
	dir    string // all that is below
	action string // the checkout of the action
	server *fetchtest.Server
	env    map[string]string // of the job's next step
	out    string            // what the last step printed
}

func newRunner(t testing.TB, toys ...string) *runner {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{t: t, dir: dir, action: repository(t), server: fetchtest.NewServer(t, toys...)}
	arch := map[string]string{"amd64": "X64", "386": "X86", "arm": "ARM", "arm64": "ARM64"}[runtime.GOARCH]
	system := map[string]string{"linux": "Linux", "darwin": "macOS"}[runtime.GOOS]
	r.env = map[string]string{
		"HOME": r.path("home"), "PATH": programs + ":/usr/local/bin:/usr/bin:/bin", "RUNNER_OS": system, "RUNNER_ARCH": arch,
		"RUNNER_TOOL_CACHE": r.path("tools"), "RUNNER_TEMP": r.path("temp"), "GITHUB_WORKSPACE": r.path("src"), "GITHUB_ACTIONS": "true",
		"GOPROXY": r.server.Proxy(), "GOSUMDB": r.server.SumDB(),
	}
	for _, name := range []string{"home", "tools", "temp", "src"} {
		if err := os.Mkdir(r.path(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = exec.Command("chmod", "-R", "u+w", dir).Run() })
	return r
}

func (r *runner) path(name ...string) string {
	return filepath.Join(append([]string{r.dir}, name...)...)
}

func (r *runner) write(name, text string) {
	r.t.Helper()
	file := r.path(name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *runner) read(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(r.path(name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	return string(data)
}

// step runs a command in the checkout, and then does what the files of the runner say. It
// returns the step's outputs.
func (r *runner) step(env map[string]string, command ...string) (outputs map[string]string, err error) {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), command[0], command[1:]...)
	cmd.Dir = r.path("src")
	files := map[string]string{"GITHUB_ENV": "env", "GITHUB_PATH": "paths", "GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary"}
	for name, file := range files {
		if file != "summary" {
			r.write(file, "")
		}
		cmd.Env = append(cmd.Env, name+"="+r.path(file))
	}
	for _, values := range []map[string]string{r.env, env} {
		for name, value := range values {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	r.out = out.String()
	for name, value := range pairs(r.read("env")) {
		r.env[name] = value
	}
	for line := range strings.Lines(r.read("paths")) {
		r.env["PATH"] = strings.TrimSpace(line) + ":" + r.env["PATH"]
	}
	return pairs(r.read("outputs")), err
}

func pairs(text string) map[string]string {
	all := make(map[string]string)
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		all[name] = value
	}
	return all
}

// use is a step with "uses: gosw/gosw". Its outputs are those of both of the steps that
// action.yml has; between them the function restore is called, if there is one, as the
// cache would be.
func (r *runner) use(inputs map[string]string, restore func() bool) (map[string]string, error) {
	r.t.Helper()
	env := map[string]string{"GITHUB_ACTION_PATH": r.action, "INPUT_CACHE": "auto"}
	for name, value := range inputs {
		env["INPUT_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))] = value
	}
	script := filepath.Join(r.action, "action", "setup.sh")
	plan, err := r.step(env, "bash", script, "plan")
	if err != nil || inputs["each"] != "" {
		return plan, err
	}
	if restore != nil && restore() {
		env["RESTORED"] = "true"
	}
	env["GOSW_ROOT"] = plan["store"]
	planned := r.out
	outputs, err := r.step(env, "bash", script, "install")
	r.out = planned + r.out
	for name, value := range outputs {
		plan[name] = value
	}
	return plan, err
}

// must is use where all goes well.
func (r *runner) must(inputs map[string]string) map[string]string {
	r.t.Helper()
	outputs, err := r.use(inputs, nil)
	if err != nil {
		r.t.Fatalf("%v: %v\n%s", inputs, err, r.out)
	}
	return outputs
}

// fails is use where it fails, and says what it prints.
func (r *runner) fails(inputs map[string]string, want string) {
	r.t.Helper()
	if outputs, err := r.use(inputs, nil); err == nil || !strings.Contains(r.out, want) {
		r.t.Errorf("%v: %v, %v, want %q\n%s", inputs, outputs, err, want, r.out)
	}
}

// runs makes sure that go is what a later step runs, and prints what is wanted.
func (r *runner) runs(want string) {
	r.t.Helper()
	if _, err := r.step(nil, "bash", "-c", "go version"); err != nil || !strings.Contains(r.out, want) {
		r.t.Errorf("go version: %v, want %q\n%s", err, want, r.out)
	}
}
