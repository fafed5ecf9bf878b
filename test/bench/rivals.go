//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A tool is one way to install what a scenario wants.
type tool struct {
	name string
	// before installs, unmeasured, what is there already; nil is nothing.
	before func(dir string) *exec.Cmd
	// command installs into dir, its home.
	command func(dir string) *exec.Cmd
	local   bool // it fetches nothing, so that only one link is of interest
}

// environment is all that a tool sees: a user who has nothing yet, whose home
// is dir.
func (l *lab) environment(dir string, more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + dir,
		"TMPDIR=" + filepath.Join(dir, "tmp"),
		"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"),
		"XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"XDG_DATA_HOME=" + filepath.Join(dir, "data"),
		"XDG_STATE_HOME=" + filepath.Join(dir, "state"),
		"GOENV=off",
		"GOPATH=" + filepath.Join(dir, "gopath"),
		"GOMODCACHE=" + filepath.Join(dir, "modcache"),
		"GOPROXY=" + l.server.address,
	}, more...)
}

// gosw installs releases with one command.
func (l *lab) gosw(releases ...release) func(string) *exec.Cmd {
	return func(dir string) *exec.Cmd {
		args := []string{"install"}
		if p := releases[0].platform; p != l.host {
			args = append(args, "--platform", p)
		}
		for _, r := range releases {
			args = append(args, r.version)
		}
		cmd := exec.Command(l.program, args...)
		cmd.Dir = dir
		cmd.Env = l.environment(dir, "GOSW_ROOT="+filepath.Join(dir, "store"), "GOSW_SOURCE=proxy")
		return cmd
	}
}

// cmdGo installs releases with the go command, one after another: by running
// each, or, where it is for another platform, by downloading its module.
func (l *lab) cmdGo(releases ...release) func(string) *exec.Cmd {
	var lines []string
	for _, r := range releases {
		if r.platform == l.host {
			lines = append(lines, fmt.Sprintf("GOTOOLCHAIN=go%s go version", r.version))
		} else {
			lines = append(lines, "GOTOOLCHAIN=local go mod download golang.org/toolchain@v0.0.1-"+r.name())
		}
	}
	return l.shell("set -e\n"+strings.Join(lines, "\n"), "GOFLAGS=-modcacherw")
}

// curlTar fetches the archive, hashing what comes, and unpacks it afterwards.
func (l *lab) curlTar(r release) func(string) *exec.Cmd {
	return l.shell(fmt.Sprintf(`set -e
curl -sSf %s | tee go.tar.gz | sha256sum
tar xzf go.tar.gz
rm go.tar.gz`, l.server.address+archives+r.name()+".tar.gz"))
}

// curlUnzip fetches the module zip and unpacks it, without any proof.
func (l *lab) curlUnzip(r release) func(string) *exec.Cmd {
	return l.shell(fmt.Sprintf(`set -e
curl -sSf -o go.zip %s
unzip -q go.zip
rm go.zip`, l.server.address+r.path(".zip")))
}

func (l *lab) shell(script string, more ...string) func(string) *exec.Cmd {
	return func(dir string) *exec.Cmd {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = dir
		cmd.Env = l.environment(dir, more...)
		return cmd
	}
}

// leastWork is the floor: what can't be left out, without any network.
func (l *lab) leastWork(releases ...release) func(string) *exec.Cmd {
	return l.leastWorkAfter(nil, releases...)
}

// leastWorkAfter is the floor where a sibling is installed, unless that is nil.
func (l *lab) leastWorkAfter(sibling *release, releases ...release) func(string) *exec.Cmd {
	return func(dir string) *exec.Cmd {
		var args []string
		if sibling != nil {
			tree := filepath.Join(dir, "store", "toolchains", "go"+sibling.version)
			args = append(args, "-sibling", l.origin.name(sibling.path(".zip")), "-tree", tree)
		}
		args = append(args, dir)
		for _, r := range releases {
			args = append(args, l.origin.name(r.path(".zip")))
		}
		cmd := exec.Command(l.floor, args...)
		cmd.Env = l.environment(dir)
		return cmd
	}
}
