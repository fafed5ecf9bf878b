//go:build e2e && editors

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEditors has editors ask gopls where fmt.Println is defined, in two modules of
// different pins, with the lines of docs/editors.md as their only settings, and with the
// PATH of a desktop, which has no shims.
func TestEditors(t *testing.T) {
	t.Parallel()
	gopls := buildGopls(t)
	m := newMachine(t)
	m.run(m.home, nil, m.gosw, "install", "1.24", "1.26.8")
	modules := map[string]string{
		m.project("older", "1.21", "1.24"):   m.installed("1.24"),
		m.project("newer", "1.24", "1.26.8"): "go1.26.8",
	}
	t.Cleanup(func() { // a gopls may outlive its editor for a moment
		m.makeRemovable()
		for end := time.Now().Add(20 * time.Second); os.RemoveAll(m.home) != nil && time.Now().Before(end); {
			time.Sleep(100 * time.Millisecond)
		}
	})
	ask := filepath.Join(m.home, "ask")
	for name, editor := range map[string]struct {
		settings, marker string   // the file with them, and what the block of the document has
		driver           string   // asks, and writes what it is told to the file ANSWER
		args             []string // of the editor, before the file; DRIVER is the driver's file
	}{
		"nvim": {
			".config/nvim/init.lua", "vim.env.PATH",
			`vim.cmd('edit ' .. vim.env.ASKED)
vim.lsp.buf_attach_client(0, vim.lsp.start_client({cmd = {'gopls'}, root_dir = vim.env.MODULE}))
local line, column = vim.fn.search('Println'), vim.fn.col('.')
vim.wait(60000, function() local _, c = next(vim.lsp.buf_get_clients(0)); return c and c.initialized end, 50)
local answers = vim.lsp.buf_request_sync(0, 'textDocument/definition', vim.lsp.util.make_position_params(), 120000)
local _, answer = next(answers or {})
vim.fn.writefile({answer and answer.result and vim.uri_to_fname(answer.result[1].uri) or vim.inspect(answers)}, vim.env.ANSWER)
vim.cmd('qa!')
`,
			[]string{"--headless", "-S", "DRIVER"},
		},
		"emacs": {
			".emacs.d/init.el", "setenv",
			`(package-initialize)
(require 'eglot)
(setq eglot-sync-connect 120 eglot-connect-timeout 120)
(define-derived-mode go-mode prog-mode "Go")
(find-file (getenv "ASKED"))
(go-mode)
(add-to-list 'eglot-server-programs '(go-mode . ("gopls")))
(setq project-find-functions (list (lambda (_) (cons 'transient (getenv "MODULE")))))
(apply #'eglot (eglot--guess-contact))
(goto-char (point-min))
(search-forward "Println")
(backward-char 3)
(let ((answer (jsonrpc-request (eglot--current-server-or-lose) :textDocument/definition (eglot--TextDocumentPositionParams) :timeout 120)))
  (with-temp-file (getenv "ANSWER") (insert (eglot--uri-to-path (plist-get (elt answer 0) :uri)))))
(kill-emacs)
`,
			[]string{"--batch", "-l", "SETTINGS", "-l", "DRIVER"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			program, err := exec.LookPath(name)
			if err != nil {
				t.Fatal(err) // scripts/editors-check installs it
			}
			settings := filepath.Join(m.home, editor.settings)
			driver := filepath.Join(m.home, "driver."+name+filepath.Ext(settings))
			text := strings.ReplaceAll(block(t, editor.marker), "/home/me", m.home)
			if err := os.MkdirAll(filepath.Dir(settings), 0o755); err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{settings: text, driver: editor.driver} {
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for dir, version := range modules {
				_ = os.Remove(ask)
				var args []string
				for _, arg := range editor.args {
					args = append(args, strings.NewReplacer("DRIVER", driver, "SETTINGS", settings).Replace(arg))
				}
				cmd := exec.CommandContext(t.Context(), program, args...)
				cmd.Dir = dir
				cmd.Env = []string{
					"HOME=" + m.home, "PATH=" + filepath.Dir(gopls) + ":/usr/bin:/bin", "GOPROXY=off", "GOSW_AUTO_INSTALL=never", "TERM=dumb",
					"ASKED=" + filepath.Join(dir, "small", "main.go"), "MODULE=" + dir, "ANSWER=" + ask,
				}
				cmd.WaitDelay = time.Second
				out, err := cmd.CombinedOutput()
				answer, readErr := os.ReadFile(ask)
				if got, want := strings.TrimSpace(string(answer)), filepath.Join(m.root(), "toolchains", version, "src", "fmt", "print.go"); got != want {
					t.Errorf("%s in %s: fmt.Println is defined in\n%s, want\n%s\n%v, %v\n%s", name, dir, got, want, err, readErr, out)
				}
			}
		})
	}
}

// block returns the block of code of docs/editors.md that has a marker.
func block(t *testing.T, marker string) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/editors.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data) + "end\n") {
		if code, ok := strings.CutPrefix(line, "    "); ok {
			lines = append(lines, code)
			continue
		}
		if text := strings.Join(lines, ""); strings.Contains(text, marker) {
			return text
		}
		lines = nil
	}
	t.Fatalf("docs/editors.md has no block with %q", marker)
	return ""
}
