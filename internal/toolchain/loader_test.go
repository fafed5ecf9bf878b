package toolchain

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestLoaderOf has files of both sizes and byte orders, and what is none.
func TestLoaderOf(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]binary.ByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		data := map[string]elf.Data{"little": elf.ELFDATA2LSB, "big": elf.ELFDATA2MSB}[name]
		var wide, narrow bytes.Buffer
		ident := func(class elf.Class) (id [16]byte) {
			copy(id[:], "\x7fELF")
			id[4], id[5] = byte(class), byte(data)
			return id
		}
		for _, part := range []any{
			elf.Header64{Ident: ident(elf.ELFCLASS64), Phoff: 64, Phentsize: 56, Phnum: 2},
			elf.Prog64{Type: uint32(elf.PT_LOAD)},
			elf.Prog64{Type: uint32(elf.PT_INTERP), Off: 64 + 2*56, Filesz: 14},
		} {
			_ = binary.Write(&wide, order, part)
		}
		for _, part := range []any{
			elf.Header32{Ident: ident(elf.ELFCLASS32), Phoff: 52, Phentsize: 32, Phnum: 2},
			elf.Prog32{Type: uint32(elf.PT_LOAD)},
			elf.Prog32{Type: uint32(elf.PT_INTERP), Off: 52 + 2*32, Filesz: 14},
		} {
			_ = binary.Write(&narrow, order, part)
		}
		for size, file := range map[string]string{"64": wide.String(), "32": narrow.String()} {
			if got := loaderOf(write(t, file+"/lib/ld-x.so\x00\x00rest")); got != "/lib/ld-x.so" {
				t.Errorf("%s bits, %s end first: %q", size, name, got)
			}
			for length := range len(file) { // cut short, or nonsense: no answer, and no panic
				if got := loaderOf(write(t, file[:length])); got != "" {
					t.Fatalf("%s bits, %s end first, cut at %d: %q", size, name, length, got)
				}
			}
		}
	}
	for text, want := range map[string]string{
		"": "", "x": "", "\x7fELF": "", "\x7fELF" + strings.Repeat("\xff", 100): "",
		"#!/bin/x\n": "/bin/x", "#! /usr/bin/env sh\n": "/usr/bin/env", "#!": "",
	} {
		if got := loaderOf(write(t, text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := loaderOf(filepath.Join(t.TempDir(), "none")); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

// TestLoaderOfReal asks debug/elf about a program of this system.
func TestLoaderOfReal(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("no ELF here")
	}
	f, err := elf.Open("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	want := ""
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			data, err := io.ReadAll(p.Open())
			if err != nil {
				t.Fatal(err)
			}
			want = strings.TrimRight(string(data), "\x00")
		}
	}
	if got := loaderOf("/bin/sh"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}
