package cross

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

// running is the release that runs the test.
func running(t *testing.T) gover.Version {
	t.Helper()
	v, err := gover.Parse(runtime.Version())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// built builds the program for ports with the go that runs the test. They are
// those of "make cross", so that what they take of the standard library is built.
func built(t *testing.T, ports ...Port) map[Port][]byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	programs := make(map[Port][]byte)
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, port := range ports {
		wait.Go(func() {
			file := filepath.Join(dir, port.OS+port.Arch)
			cmd := exec.Command("go", "build", "-o", file, "main.go")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOOS="+port.OS, "GOARCH="+port.Arch, "CGO_ENABLED=0", "GOFLAGS=")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %v\n%s", port, err, out)
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			programs[port] = data
			mu.Unlock()
		})
	}
	wait.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return programs
}

// peAt returns the place of byte n behind a PE program's signature.
func peAt(data []byte, n int) int { return int(binary.LittleEndian.Uint32(data[0x3c:])) + n }

var (
	linux   = Port{"linux", "amd64"}
	mac     = Port{"darwin", "arm64"}
	windows = Port{"windows", "amd64"}
	wasm    = Port{"js", "wasm"}
)

// TestProgram reads real programs, and what becomes of them when single bytes
// are others.
func TestProgram(t *testing.T) {
	t.Parallel()
	programs := built(t, linux, mac, windows)
	set := func(at int, value byte) func([]byte) []byte {
		return func(data []byte) []byte { data[at] = value; return data }
	}
	setPE := func(n int, value byte) func([]byte) []byte {
		return func(data []byte) []byte { data[peAt(data, n)] = value; return data }
	}
	cut := func(n int) func([]byte) []byte { return func(data []byte) []byte { return data[:n] } }
	for _, test := range []struct {
		name   string
		from   Port // what was built
		change func([]byte) []byte
		asked  Port
		want   string // the findings, "" for none
	}{
		{"elf", linux, nil, linux, ""},
		{"mach-o", mac, nil, mac, ""},
		{"pe", windows, nil, windows, ""},
		{"wasm", linux, func([]byte) []byte { return []byte("\x00asm\x01\x00\x00\x00") }, wasm, ""},
		{"plan9", linux, func([]byte) []byte { return []byte("\x00\x00\x8a\x97") }, Port{"plan9", "amd64"}, `version: "", not `},
		{"plan9 of another processor", linux, func([]byte) []byte { return []byte("\x00\x00\x06\x47") }, Port{"plan9", "amd64"}, "machine: arm, not amd64"},

		{"another system", linux, nil, windows, "format: elf, not pe; settings: linux/amd64, not windows/amd64"},
		{"another system with the same format", linux, nil, Port{"freebsd", "amd64"}, "settings: linux/amd64, not freebsd/amd64"},
		{"another processor", mac, nil, Port{"darwin", "amd64"}, "machine: arm64, not amd64; settings: darwin/arm64, not darwin/amd64"},

		{"machine of elf", linux, set(18, 0xb7), linux, "machine: arm64, not amd64"},
		{"machine of elf that Go does not know", linux, set(18, 0x2b), linux, "machine: EM_SPARCV9 ELFCLASS64 ELFDATA2LSB, not amd64"},
		{"object file", linux, set(16, 1), linux, "format: not a program: ELF type ET_REL"},
		{"class of elf", linux, set(4, 9), linux, "format: unknown ELF class"},
		{"magic of elf", linux, set(0, 0), linux, "format: not a program: begins with 00 45 4c 46"},

		{"machine of pe", windows, setPE(5, 0xaa), windows, "machine: arm64, not amd64"},
		{"machine of pe that nobody knows", windows, setPE(5, 0x12), windows, "format: unrecognized PE machine: 0x1264"},
		{"386 in the wide header of amd64", windows, func(data []byte) []byte {
			binary.LittleEndian.PutUint16(data[peAt(data, 4):], 0x14c)
			return data
		}, Port{"windows", "386"}, "machine: 0x14c, not 386; settings: windows/amd64, not windows/386"},
		{"windowed", windows, setPE(24+68, 2), windows, "subsystem: 2, not 3 (console)"},
		{"library", windows, setPE(23, 0x21), windows, "format: not a program: PE characteristics"},
		{"place of the header", windows, set(0x3c, 0), windows, "format: "},
		{"place of the header behind the end", windows, set(0x3f, 0x7f), windows, "format: "},

		{"machine of mach-o", mac, set(4, 7), mac, "machine: amd64, not arm64"},
		{"library of mach-o", mac, set(12, 6), mac, "format: not a program: Mach-O type Dylib"},

		{"empty", linux, cut(0), linux, "format: not a program: too short"},
		{"cut in the header", linux, cut(40), linux, "format: "},
		{"cut in the header of pe", windows, cut(200), windows, "format: "},
		{"cut in the commands of mach-o", mac, cut(40), mac, "format: "},
		{"script", linux, func([]byte) []byte { return []byte("#!/bin/sh\n") }, linux, "format: not a program: begins with 23 21 2f 62"},
		{"no record of Go", linux, func(data []byte) []byte {
			return bytes.ReplaceAll(data, []byte("\xff Go buildinf:"), []byte("\xff No buildinf:"))
		}, linux, `version: "", not `},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data := bytes.Clone(programs[test.from])
			if test.change != nil {
				data = test.change(data)
			}
			r := reread(t, data, test.asked, running(t))
			if test.want == "" && r != "" || !strings.HasPrefix(r, test.want) {
				t.Errorf("got %q\nwant %q", r, test.want)
			}
		})
	}
	t.Run("another version", func(t *testing.T) {
		t.Parallel()
		want := `version: "` + runtime.Version() + `", not go1.22.5`
		other, _ := gover.Parse("go1.22.5")
		if got := reread(t, programs[linux], linux, other); got != want {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

// reread returns what is found in a program, in one line.
func reread(t *testing.T, data []byte, port Port, v gover.Version) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	r := Result{Port: port}
	r.read(file, v)
	return line(r.Findings)
}

func line(findings []Finding) string {
	var parts []string
	for _, f := range findings {
		parts = append(parts, f.Kind+": "+f.Detail)
	}
	return strings.Join(parts, "; ")
}
