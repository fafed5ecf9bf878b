// Package hostile makes archives that no release of Go has ever been: each
// breaks one rule of corpus.md, or shows that a rule does not go too
// far. They are written byte by byte, since no library would write most of
// them. It is for tests only.
package hostile

import "slices"

// A Format is a kind of archive, and how it names the files of a release.
type Format string

// The three kinds that releases come in.
const (
	ModuleZip Format = "module zip" // of golang.org/toolchain
	DistZip   Format = "dist zip"   // of go.dev/dl, for Windows
	TarGz     Format = "tar.gz"     // of go.dev/dl, for all others
)

// The release that all archives claim to be. Those of the kind [DistZip] have
// a bin/go.exe besides.
const (
	Version  = "go1.22.4"
	Platform = "linux-amd64"
)

// Top returns what the names in archives of this format begin with.
func (f Format) Top() string {
	if f == ModuleZip {
		return "golang.org/toolchain@v0.0.1-" + Version + "." + Platform + "/"
	}
	return "go/"
}

// A Case is one archive.
type Case struct {
	Name   string // unique together with Format
	Format Format
	Why    string // what it tries, or why it must be accepted
	Want   string // part of the error; "" if it must be accepted
	Build  func() []byte
}

// Corpus returns all cases in a fixed order. None of them needs more than some
// 100 MB of memory to be built, most a few kilobytes.
func Corpus() []Case {
	return slices.Concat(sound(), names(), zipEnds(), zipHeaders(), zipContents(), zipTypes(), zipBombs(),
		tarKinds(), tarRecords(), tarHeaders(), tarEnds(), gzips(), tarBombs())
}

// A file is one of a release.
type file struct{ name, content string }

// release returns what every archive has: enough to be taken for a GOROOT.
func release(f Format) []file {
	files := []file{
		{"VERSION", Version + "\ntime 2024-06-04T00:00:00Z\n"},
		{"bin/go", "#!/bin/sh\n"},
		{"src/go.mod", "module std\n"},
		{"src/fmt/print.go", "package fmt\n"},
	}
	if f == DistZip {
		files = append(files, file{"bin/go.exe", "MZ"})
	}
	for i := range files {
		if f == ModuleZip && files[i].name == "src/go.mod" {
			files[i].name = "src/_go.mod"
		}
		files[i].name = f.Top() + files[i].name
	}
	return files
}
