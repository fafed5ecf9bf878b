package doctor

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
)

// deepChecks take seconds, so they are made when they are asked for.
func (p *patient) deepChecks() []doctor.Check {
	return []doctor.Check{
		{ID: "files", Sound: "all installed files are as verified", Worst: doctor.Error, Needs: "--deep", Look: p.inputs.In(p.lookFiles)},
		{ID: "cgo-build", Sound: "the go here can build a program that uses C", Worst: doctor.Error, Needs: "--deep", Look: p.lookBuild},
	}
}

func (p *patient) lookFiles() (findings doctor.Findings) {
	installed, err := p.store.Home().Installed()
	if err != nil {
		return p.found(err)
	}
	gover.NewestFirst(installed)
	for _, v := range installed {
		if err := p.others.Verify(p.ctx, p.store.Home(), v); err != nil {
			found := p.found(err)
			found[0].Fix = upkeep.RepairOf(p.App, p.store.Home(), v)
			findings = append(findings, found...)
		}
	}
	return findings
}

// cgoProgram needs the C compiler, the linker and stdlib.h.
const cgoProgram = `package main

// #include <stdlib.h>
import "C"

func main() { println(C.abs(-1)) }
`

// buildTimeout bounds a build: the first one of a version compiles the runtime.
const buildTimeout = 5 * time.Minute

// lookBuild builds a program in a directory that it removes again.
func (p *patient) lookBuild() doctor.Findings {
	if p.whyErr != nil || p.decideErr != nil {
		return doctor.Skip("no go to check")
	}
	if p.setting("CGO_ENABLED").Text == "0" {
		return doctor.Skip("CGO_ENABLED=0")
	}
	program, err := p.Program(p.why.Target, "go")
	if err == nil {
		err = p.MayRun(p.why.Target)
	}
	if err != nil {
		return doctor.Skip(err.Error())
	}
	temp, err := p.TempDir()
	dir, file := "", ""
	if err == nil {
		dir, err = os.MkdirTemp(temp, "gosw-doctor-")
	}
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		file = filepath.Join(dir, "main.go")
		err = os.WriteFile(file, []byte(cgoProgram), 0o600)
	}
	if err != nil {
		return p.found(err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, buildTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "build", "-o", filepath.Join(dir, "main"), file)
	cmd.Dir, cmd.Env = dir, p.EnvironOf(p.why.Target).With("CGO_ENABLED", "1").With("PWD", dir).Entries
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	text, _, _ := strings.Cut(string(bytes.TrimSpace(out)), "\n\t")
	var fix command.Command
	for _, r := range doctor.Run(p.machine.CgoChecks(), nil) { // which know what is missing
		if r.Severity == doctor.Error && fix == nil {
			fix = r.Findings[0].Fix
		}
	}
	return doctor.Found(fix, "%s can't build a program with cgo: %v: %.500s", program, err, text).
		Else("see the compiler's message above, or set CC to another compiler")
}

// onlineChecks ask the servers.
func (p *patient) onlineChecks() []doctor.Check {
	return []doctor.Check{
		{ID: "online-releases", Sound: "the list of releases can be downloaded", Worst: doctor.Error, Needs: "--online", Look: p.online(lookReleases)},
		{ID: "online-sumdb", Sound: "the checksum database answers consistently", Worst: doctor.Error, Needs: "--online", Look: p.online(lookSumDB)},
		{ID: "online-clock", Sound: "the clock agrees with the module proxy", Worst: doctor.Error, Needs: "--online", Look: p.online(p.lookServerClock)},
		{ID: "online-gosw", Sound: "this gosw is the newest release", Worst: doctor.Warning, Needs: "--online", Look: p.online(p.lookSelf)},
	}
}

// onlineTimeout bounds what one question may take.
const onlineTimeout = 20 * time.Second

func (p *patient) online(ask func(context.Context, *fetch.Client) (doctor.Findings, error)) func() doctor.Findings {
	return func() doctor.Findings {
		client, err := p.Client()
		if err != nil {
			return p.found(err)
		}
		ctx, cancel := context.WithTimeout(p.ctx, onlineTimeout)
		defer cancel()
		found, err := ask(ctx, client)
		if err == nil {
			return found
		}
		found = p.found(err)
		if proxy := p.setting("GOPROXY"); proxy.Text != "" && proxy.Text != "off" {
			found[0].Fix = proxy.Unset
		}
		return found
	}
}

func lookReleases(ctx context.Context, client *fetch.Client) (doctor.Findings, error) {
	_, err := client.Releases(ctx, 0)
	return nil, err
}

func lookSumDB(ctx context.Context, client *fetch.Client) (doctor.Findings, error) {
	_, err := client.Prove(ctx, client.LocalReleases().Versions[0])
	return nil, err
}

// maxSkew is more than a request takes, and less than certificates care for.
const maxSkew = 5 * time.Minute

func (p *patient) lookServerClock(ctx context.Context, client *fetch.Client) (doctor.Findings, error) {
	theirs, err := client.Clock(ctx)
	if err != nil {
		return doctor.Skip("the module proxy does not tell the time: " + err.Error()), nil
	}
	skew := p.Since(theirs).Abs()
	if skew < maxSkew {
		return nil, nil
	}
	return doctor.Found(p.machine.SetClock(),
		"the clock differs by %v from the module proxy's, so certificates may look expired or not yet valid", skew.Round(time.Second)), nil
}
