package toolchain

import (
	"io"
	"os"
	"strings"
)

// A LoaderError says that a program is there, but not the one that has to load it,
// which the kernel reports as if the program were missing: a go that is linked to
// glibc on a system without it, or a script without its interpreter.
type LoaderError struct{ Program, Loader string }

func (e *LoaderError) Error() string {
	return "exec " + e.Program + ": its loader, " + e.Loader + ", is missing"
}

// loaderOf returns the path of the program that loads program, "" if it needs none or
// that can't be told.
func loaderOf(program string) string {
	f, err := os.Open(program)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 4<<10)
	n, _ := io.ReadFull(f, head)
	head = head[:n]
	if line, ok := strings.CutPrefix(string(head), "#!"); ok {
		line, _, _ = strings.Cut(line, "\n")
		name, _, _ := strings.Cut(strings.Trim(line, " \t"), " ")
		return name
	}
	return elfLoader(head, f)
}

// elfLoader finds the loader that an ELF file names in its program headers, which
// compilers put right behind its own header. It does without debug/elf, which would
// be a third of the shim.
func elfLoader(head []byte, f io.ReaderAt) string {
	const loaderHeader, maxPath = 3, 4096 // PT_INTERP, PATH_MAX
	if len(head) < 64 || string(head[:4]) != "\x7fELF" {
		return ""
	}
	number := func(at, size int) (n int) { // 0 where that is not in head
		for i := range size {
			digit := at + i
			if head[5] == 1 { // the lowest byte is first
				digit = at + size - 1 - i
			}
			if digit < 0 || digit >= len(head) {
				return 0
			}
			n = n<<8 | int(head[digit])
		}
		return n
	}
	word, table, entry, count, offset, length := 8, 32, 54, 56, 8, 32 // of 64 bits
	if head[4] == 1 {
		word, table, entry, count, offset, length = 4, 28, 42, 44, 4, 16 // of 32
	}
	for i := range number(count, 2) {
		header := number(table, word) + i*number(entry, 2)
		if number(header, 4) != loaderHeader {
			continue
		}
		path := make([]byte, min(max(number(header+length, word), 0), maxPath))
		n, _ := f.ReadAt(path, int64(number(header+offset, word)))
		name, _, _ := strings.Cut(string(path[:n]), "\x00")
		return name
	}
	return ""
}
