//go:build dist

package main

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var dist = flag.String("dist", "", "the directory with the files of a release")

// stub gives a Nix expression of goreleaser's what it takes of nixpkgs, so that it can
// be read without that.
const stub = `system: file: let p = import file {
  lib = { licenses.bsd3 = 1; sourceTypes.binaryNativeCode = 1; };
  fetchurl = x: x; installShellFiles = 1;
  stdenvNoCC = { hostPlatform.system = system; mkDerivation = x: x; };
}; in { inherit (p.src) url sha256; inherit (p) sourceRoot installPhase; }`

// TestManifests reads the files that a release has for other package managers, each
// with a program that knows its language, and finds each archive that they name with
// the hash that SHA256SUMS has.
func TestManifests(t *testing.T) {
	if *dist == "" {
		t.Fatal("-dist is not set")
	}
	sums := make(map[string]string)
	for line := range strings.Lines(read(t, *dist, "SHA256SUMS")) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	var hashed []string // with a system that Nix knows
	version := strings.TrimPrefix(strings.Fields(read(t, *dist, "release.note"))[1], "v")
	for system, name := range map[string]string{"x86_64-linux": "linux_amd64", "aarch64-linux": "linux_arm64", "armv7l-linux": "linux_armv7", "i686-linux": "linux_386", "x86_64-darwin": "darwin_amd64", "aarch64-darwin": "darwin_arm64"} {
		archive := "gosw_" + version + "_" + name + ".tar.gz"
		if sums[archive] == "" {
			continue // of a release for a few systems, in a test
		}
		hashed = append(hashed, archive)
		var p struct{ URL, SHA256, SourceRoot, InstallPhase string }
		out := output(t, "nix-instantiate", "--eval", "--strict", "--json", "--expr", "("+stub+`) "`+system+`" `+filepath.Join(*dist, "nix/pkgs/gosw/default.nix"))
		if err := json.Unmarshal([]byte(out), &p); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(output(t, "nix-hash", "--type", "sha256", "--to-base16", p.SHA256)); got != sums[archive] || filepath.Base(p.URL) != archive {
			t.Errorf("nix: %s has %s, want %s", p.URL, got, sums[archive])
		}
		work := t.TempDir()
		output(t, "tar", "-xzf", filepath.Join(*dist, archive), "-C", work)
		output(t, "bash", "-euc", `cd "$1"; out=$2; `+p.InstallPhase, "bash", filepath.Join(work, p.SourceRoot), filepath.Join(work, "out"))
		for _, file := range []string{"bin/gosw", "bin/gosw-shim", "share/man/man1/gosw.1", "share/zsh/site-functions/_gosw"} {
			read(t, work, "out", file)
		}
	}
	output(t, "nix-instantiate", "--parse", filepath.Join(*dist, "nix/flake.nix"))
	output(t, "ruby", "-c", filepath.Join(*dist, "homebrew/gosw.rb"))
	output(t, "bash", "-n", filepath.Join(*dist, "aur/gosw-bin.pkgbuild"))
	if !json.Valid([]byte(read(t, *dist, "scoop/gosw.json"))) {
		t.Error("scoop/gosw.json is no JSON")
	}
	winget, err := filepath.Glob(filepath.Join(*dist, "winget/manifests/*/*/*/*/*.yaml"))
	if err != nil || len(winget) != 3 {
		t.Fatalf("winget has %q, %v", winget, err)
	}
	output(t, "ruby", append([]string{"-ryaml", "-e", "ARGV.each { |f| YAML.load_file(f) }"}, winget...)...)

	// What each of them is for, of what there is.
	for file, systems := range map[string]string{
		"homebrew/gosw.rb":      "darwin_amd64 darwin_arm64 linux_amd64 linux_arm64",
		"scoop/gosw.json":       "windows_amd64 windows_arm64",
		"winget":                "windows_amd64 windows_arm64",
		"aur/gosw-bin.pkgbuild": "linux_386 linux_amd64 linux_arm64 linux_armv7",
		"aur/gosw-bin.srcinfo":  "linux_386 linux_amd64 linux_arm64 linux_armv7",
	} {
		var want []string
		for _, system := range strings.Fields(systems) {
			for _, ext := range []string{".tar.gz", ".zip"} {
				if name := "gosw_" + version + "_" + system + ext; sums[name] != "" {
					want = append(want, name)
				}
			}
		}
		text := ""
		if file == "winget" {
			for _, part := range winget {
				text += read(t, part)
			}
		} else {
			text = read(t, *dist, file)
		}
		found := named(strings.ReplaceAll(text, "${pkgver}", version))
		if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", file, got, want)
		}
		for name, sum := range found {
			if !strings.EqualFold(sum, sums[name]) {
				t.Errorf("%s: %s has the hash %s, want %s", file, name, sum, sums[name])
			}
		}
	}
	if len(hashed) == 0 {
		t.Error("there is no archive that Nix takes")
	}
}

var address = regexp.MustCompile(`https://github\.com/gosw/gosw/releases/download/v[^/]+/(gosw_[a-z0-9._]+)|\b[0-9a-fA-F]{64}\b`)

// named returns the archives whose addresses are in a text, each with the hash that
// comes after it.
func named(text string) map[string]string {
	found, last := make(map[string]string), ""
	for _, m := range address.FindAllStringSubmatch(text, -1) {
		if m[1] != "" {
			last = m[1]
			found[last] = ""
		} else {
			found[last] = m[0]
		}
	}
	return found
}

// output runs a program that must succeed.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "NIX_STORE_DIR="+t.TempDir(), "NIX_STATE_DIR="+t.TempDir(), "NIX_CONF_DIR="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			t.Fatalf("%s: %v\n%s", name, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}
