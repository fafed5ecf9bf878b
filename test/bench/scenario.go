//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"time"
)

// A release is a toolchain for a platform.
type release struct {
	version  string // "1.22.5"
	platform string // "linux/amd64"
}

// name is what the release is called in the names of files.
func (r release) name() string {
	return "go" + r.version + "." + string(bytes.ReplaceAll([]byte(r.platform), []byte("/"), []byte("-")))
}

// path is that of the release on a module proxy.
func (r release) path(suffix string) string {
	return "/golang.org/toolchain/@v/v0.0.1-" + r.name() + suffix
}

// A link is a shape with a name.
type link struct {
	name  string
	shape shape
}

// links are all that a server can be told to be, the fastest first.
func links() []link {
	return []link{
		{"unlimited", shape{}},
		{"1gbit", shape{Rate: 1e9 / 8}},
		{"100mbit", shape{Rate: 100e6 / 8}},
		{"20mbit", shape{Rate: 20e6 / 8, Latency: 40 * time.Millisecond}},
	}
}

// A scenario is something to install, and ways to do so.
type scenario struct {
	name, title string
	missing     string    // why it can't be measured, if it can't
	wanted      []release // what is installed
	sibling     []release // what is there before
	links       []string  // on which it is measured, on tmpfs
	diskLinks   []string  // and on disk
	tools       []tool    // the first is what the others are compared with
	// full is the name of the tool that installs the same with nothing there, if
	// there is one.
	full    string
	archive bool // a tool needs the archive of what is wanted
}

// newestPatches are of the lines 1.20 to 1.27, fixed so that runs a month apart
// measure the same.
func newestPatches(platform string) []release {
	var all []release
	for _, v := range []string{"1.20.14", "1.21.13", "1.22.12", "1.23.12", "1.24.13", "1.25.14", "1.26.11", "1.27.4"} {
		all = append(all, release{v, platform})
	}
	return all
}

// The tools' names.
const (
	nameGosw  = "gosw"
	nameFresh = "gosw, nothing there"
	nameGo    = "go command"
	nameFloor = "floor"
)

// scenarioNames are all names that scenarios have.
func scenarioNames() []string {
	return []string{"full", "delta-patch", "delta-127", "platform", "many"}
}

// scenarios are all that can be measured.
func (l *lab) scenarios() []scenario {
	r := release{"1.22.5", l.host}
	return []scenario{
		{
			name: "full", title: "go1.22.5, nothing there", wanted: []release{r}, archive: true,
			links: []string{"unlimited", "1gbit", "100mbit", "20mbit"}, diskLinks: []string{"unlimited"},
			tools: []tool{
				{name: nameGosw, command: l.gosw(r)},
				{name: nameGo, command: l.cmdGo(r)},
				{name: "curl, sha256sum, tar", command: l.curlTar(r)},
				{name: "curl, unzip", command: l.curlUnzip(r)},
				{name: nameFloor, command: l.leastWork(r), local: true},
			},
		},
		l.delta("delta-patch", release{"1.22.4", l.host}, r),
		l.delta("delta-127", release{"1.27.3", l.host}, release{"1.27.4", l.host}),
		l.platform(),
		l.many(newestPatches(l.host)),
	}
}

func (l *lab) many(all []release) scenario {
	return scenario{
		name: "many", title: fmt.Sprintf("%d toolchains, the newest patches of 1.20 to 1.27", len(all)), wanted: all,
		links: []string{"unlimited"}, // on disk it takes another 45 GB
		tools: []tool{
			{name: nameGosw, command: l.gosw(all...)},
			{name: nameGo, command: l.cmdGo(all...)},
			{name: nameFloor, command: l.leastWork(all...), local: true},
		},
	}
}

// platform is the installation of a release for another platform.
func (l *lab) platform() scenario {
	const version = "1.26.8"
	other := "linux/arm64"
	if l.host == other {
		other = "linux/amd64"
	}
	s := l.delta("platform", release{version, l.host}, release{version, other})
	if !l.knows("--platform") {
		s.missing = "gosw install has no --platform"
	}
	return s
}

// delta is the installation of wanted where sibling is installed.
func (l *lab) delta(name string, sibling, wanted release) scenario {
	return scenario{
		name: name, title: fmt.Sprintf("go%s %s after go%s %s", wanted.version, wanted.platform, sibling.version, sibling.platform),
		wanted: []release{wanted}, sibling: []release{sibling},
		links: []string{"unlimited", "100mbit"}, diskLinks: []string{"unlimited"}, full: nameFresh,
		tools: []tool{
			{name: nameGosw, before: l.gosw(sibling), command: l.gosw(wanted)},
			{name: nameFresh, command: l.gosw(wanted)},
			{name: nameGo, command: l.cmdGo(wanted)},
			{name: nameFloor, before: l.gosw(sibling), command: l.leastWorkAfter(&sibling, wanted), local: true},
		},
	}
}

// knows reports whether gosw install has a flag.
func (l *lab) knows(flag string) bool {
	out, err := exec.Command(l.program, "install", "--help").Output()
	return err == nil && bytes.Contains(out, []byte(flag))
}
