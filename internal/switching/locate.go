package switching

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/module"
)

// A Place says where the toolchain that runs comes from.
type Place string

// The places, in the order in which the go command looks.
const (
	Started  Place = "started"      // it is the one that starts: no switch
	OnPath   Place = "PATH"         // a program with the toolchain's name on PATH
	ModCache Place = "module cache" // downloaded by the go command before
	Download Place = "download"     // the go command will try to download it
	Nowhere  Place = "nowhere"      // it can't be had; go ends with an error
)

// A Source is where a toolchain comes from.
type Source struct {
	Place Place
	Path  string // the program, or for ModCache the GOROOT; else ""
	Why   string // for Nowhere: what keeps go from downloading it
}

// Locate returns where a go that starts as s finds the toolchain of d. path is
// the value of PATH, modCache the folder that the go command keeps modules in.
func Locate(s Start, d Decision, path, modCache string) Source {
	if d.Name == s.Local {
		return Source{Place: Started}
	}
	if program := lookPath(d.Name, path); program != "" {
		return Source{Place: OnPath, Path: program}
	}
	if d.Setting.Text == "path" || strings.HasSuffix(d.Setting.Text, "+path") {
		return Source{Place: Nowhere, Why: "GOTOOLCHAIN=" + d.Setting.Text + " allows PATH only"}
	}
	if s.Settings.Get("GOSUMDB").Text == "off" { // asked for what is in the cache, too
		return Source{Place: Nowhere, Why: "GOSUMDB=off"}
	}
	if isLine(d.Name) && Switches(d.Name) {
		return Source{Place: Nowhere, Why: d.Name + " is a line, not a release"}
	}
	if dir := cached(d.Name, modCache); dir != "" {
		return Source{Place: ModCache, Path: dir}
	}
	if s.Settings.Get("GOPROXY").Text == "off" {
		return Source{Place: Nowhere, Why: "GOPROXY=off"}
	}
	return Source{Place: Download}
}

// lookPath is exec.LookPath on path: it passes over what it can't run, and ends
// at what a relative element of PATH has, which the go command refuses.
func lookPath(name, path string) string {
	for _, dir := range filepath.SplitList(path) {
		if dir == "" {
			dir = "."
		}
		program, err := exec.LookPath(filepath.Join(dir, name))
		if !filepath.IsAbs(dir) {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				return ""
			}
			continue
		}
		if err == nil {
			return program
		}
	}
	return ""
}

// cached returns the GOROOT of the toolchain called name in the module cache,
// "" if it is not there, or not as a whole. A zip that is not yet unpacked
// counts: go unpacks it without the network.
func cached(name, modCache string) string {
	if modCache == "" {
		return ""
	}
	v, err := module.EscapeVersion("v0.0.1-" + name + "." + platform())
	if err != nil {
		return ""
	}
	stem := filepath.Join(modCache, "cache", "download", "golang.org", "toolchain", "@v", v)
	dir := filepath.Join(modCache, "golang.org", "toolchain@"+v)
	unpacked := isThere(dir) && isThere(stem+".ziphash") && !isThere(stem+".partial")
	if !unpacked && !isThere(stem+".zip") {
		return ""
	}
	return dir
}

func platform() string { return runtime.GOOS + "-" + runtime.GOARCH }

func isThere(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
