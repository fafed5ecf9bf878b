package windows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// What surrounds a program that each shell has started. A NUL is between variables.
const (
	inPowerShell = "PSModulePath=C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules"
	inCore       = "PSModulePath=C:\\Program Files\\PowerShell\\7\\Modules"
	inCmd        = "PROMPT=$P$G"
	inGitBash    = "SHELL=/usr/bin/bash"
)

// TestVoice has hints as PowerShell runs them, where no SHELL says otherwise, or as
// cmd.exe does.
func TestVoice(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"), `gosw.exe' init --install", then open a new terminal`)
	const missing = "GO_VERSION=1.22.5\x00"
	m.run(127, m.command(missing+inPowerShell, m.shim(), "version"), "$env:GOSW_VERSION = ''")
	m.run(127, m.command(missing+inCmd, m.shim(), "version"), `set "GOSW_VERSION="`, `gosw install 1.22.5`)
	m.run(127, m.command(missing+inGitBash, m.shim(), "version"), "export GOSW_VERSION=''")
	const homeless = "USERPROFILE=\x00GOSW_ROOT=\x00"
	m.run(1, m.command(homeless+inPowerShell, m.gosw, "list"), "USERPROFILE is not set\n", "$env:USERPROFILE = '")
	m.run(1, m.command(homeless+inCmd, m.gosw, "list"), `set "USERPROFILE=`)
	m.run(0, m.command("", m.gosw, "init"), "$global:__gosw_exe = ")
	m.run(2, m.command(inCmd, m.gosw, "init"), "cmd.exe reads no start-up file", "init --user-path")
	out, _ := m.command("", m.gosw, "doctor").CombinedOutput()
	for _, not := range []string{"apt-get", `C:\etc`, `C:\proc`, "export ", "~/.bashrc"} {
		if strings.Contains(string(out), not) {
			t.Errorf("doctor says %q:\n%s", not, out)
		}
	}
}

// TestGitBash has code for the bash of Git: a PATH in its own form.
func TestGitBash(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	drive := "/" + strings.ToLower(m.root[:1]) + "/"
	for _, sh := range []string{"bash", "zsh", "fish", "sh"} {
		out, err := m.command(inGitBash, m.gosw, "init", sh).Output()
		code, _, _ := strings.Cut(string(out), "\n# ")
		if err != nil || strings.Contains(code, m.root[:3]) || strings.Count(code, drive) < 2 {
			t.Errorf("%s, %v:\n%s", sh, err, code)
		}
	}
}

// TestProfile writes the profile of each PowerShell, and restores it.
func TestProfile(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	for dir, env := range map[string]string{"WindowsPowerShell": inPowerShell, "PowerShell": inCore} {
		profile := filepath.Join("Documents", dir, "Microsoft.PowerShell_profile.ps1")
		if err := os.MkdirAll(filepath.Join(m.home, "Documents", dir), 0o755); err != nil {
			t.Fatal(err)
		}
		const before = "\ufeff# mine\r\nSet-Alias g git\r\n"
		m.write(profile, before)
		m.run(0, m.command(env, m.gosw, "init", "--install"), profile, "open a new terminal")
		after, err := os.ReadFile(filepath.Join(m.home, profile))
		if err != nil || !strings.HasPrefix(string(after), before) || !strings.Contains(string(after), "init powershell | Out-String | Invoke-Expression") {
			t.Errorf("%s: %v\n%s", dir, err, after)
		}
		m.run(0, m.command(env, m.gosw, "init", "--install"))
		m.run(0, m.command(env, m.gosw, "init", "--uninstall"), profile)
		if after, err := os.ReadFile(filepath.Join(m.home, profile)); err != nil || string(after) != before {
			t.Errorf("%s: %v\n%q, want\n%q", dir, err, after, before)
		}
	}
}

// TestUserPath changes the PATH of this account, and restores it.
func TestUserPath(t *testing.T) {
	if os.Getenv("GOSW_TEST_PROGRAMS") == "" {
		t.Skip("changes the account, which is for scripts/wine")
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, "Environment", registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	m := newMachine(t, filepath.Join(t.TempDir(), "my store"))
	bin := filepath.Join(m.root, "bin")
	for name, set := range map[string]func() error{
		"none":     func() error { return nil },
		"expanded": func() error { return key.SetExpandStringValue("Path", `%USERPROFILE%\bin;;C:\Tools\`) },
		"plain":    func() error { return key.SetStringValue("Path", `C:\%odd%;"C:\a;b"`) },
	} {
		_ = key.DeleteValue("Path")
		if err := set(); err != nil {
			t.Fatal(err)
		}
		before, kind, _ := key.GetStringValue("Path")
		m.run(0, m.command("", m.gosw, "init", "--user-path"), "added "+bin)
		m.run(0, m.command("", m.gosw, "init", "--user-path"))
		want := strings.TrimSuffix(bin+";"+before, ";")
		if got, _, err := key.GetStringValue("Path"); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
		m.run(0, m.command("", m.gosw, "init", "--user-path", "--uninstall"), "removed "+bin)
		if after, is, _ := key.GetStringValue("Path"); after != before || is != kind {
			t.Errorf("%s: %q of kind %d, was %q of kind %d", name, after, is, before, kind)
		}
	}
	_ = key.DeleteValue("Path")
	m.run(2, m.command("", m.gosw, "init", "--user-path", "--install"), "no other flag")
}
