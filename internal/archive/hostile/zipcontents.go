package hostile

import (
	"fmt"
	"strings"
)

// zipContents returns zips whose content is not what is declared.
func zipContents() []Case {
	one := func(name, why, want string, change func(*zipFile)) Case {
		return zipCase(ModuleZip, name, why, want, func(z *zipArchive) { change(z.last()) })
	}
	const ends = "content does not end where the directory says"
	text := strings.Repeat("some text ", 1000)
	return append([]Case{
		one("crc", "other content than was packed", "wrong CRC-32", func(f *zipFile) { f.record = setRecord(16, 1, 2, 3, 4) }),
		one("bit-flip", "a bit of the content was turned", "wrong CRC-32", func(f *zipFile) {
			f.content = text
			f.stored = true
			f.pack = func(b []byte) []byte {
				b[100] ^= 1
				return b
			}
		}),
		one("larger", "more content than declared", "larger than declared", func(f *zipFile) { f.record = setRecord(24, 3, 0, 0, 0) }),
		one("smaller", "less content than declared", "smaller than declared", func(f *zipFile) { f.record = setRecord(24, 0xff, 0, 0, 0) }),
		one("declared-empty", "content where none is declared", "larger than declared", func(f *zipFile) { f.record = setRecord(24, 0, 0, 0, 0) }),
		one("bytes-in-entry", "bytes behind the end of the compressed content", ends, func(f *zipFile) {
			f.pack = func(b []byte) []byte { return append(b, "hidden"...) }
		}),
		one("second-stream", "a second content behind the first", ends, func(f *zipFile) {
			f.pack = func(b []byte) []byte { return append(b, deflate([]byte("other"))...) }
		}),
		one("no-end", "compressed content that goes on into the descriptor", "larger than declared", func(f *zipFile) {
			f.content = text
			f.pack = func(b []byte) []byte { return b[:len(b)-5] }
		}),
		one("reserved-block", "a block of a kind that does not exist", "damaged", func(f *zipFile) {
			f.pack = func([]byte) []byte { return []byte{7, 0, 0} }
		}),
		one("stored-length", "a stored block of two lengths", "damaged", func(f *zipFile) {
			f.pack = func([]byte) []byte { return []byte("\x01\x05\x00\x00\x00hello") }
		}),
		one("too-many-codes", "more codes than there are", "damaged", func(f *zipFile) {
			f.pack = func([]byte) []byte { return []byte{0xfd, 0xff, 0xff, 0xff, 0xff, 0xff} }
		}),
		one("far-back", "refers to what is before the beginning", "damaged", func(f *zipFile) {
			f.pack = func([]byte) []byte { return []byte{0x4b, 0x04, 0xe2, 0x07, 0x00} }
		}),
		one("stored-sizes", "stored, and yet of two sizes", "stored, and of two sizes", func(f *zipFile) {
			f.stored = true
			f.record = setRecord(24, 3, 0, 0, 0)
		}),
		one("descriptor-crc", "a second checksum", "descriptor and directory differ", func(f *zipFile) { f.descriptor = set(4, 1, 2, 3, 4) }),
		one("descriptor-size", "a second size", "descriptor and directory differ", func(f *zipFile) { f.descriptor = set(12, 1, 2) }),
		one("descriptor-signature", "a descriptor without its name", "descriptor and directory differ", func(f *zipFile) { f.descriptor = set(0, 0) }),
		one("descriptor-short", "the descriptor of other writers: no signature", "reach into the directory", func(f *zipFile) {
			f.descriptor = func(b []byte) []byte { return b[4:] }
		}),
		one("descriptor-long", "the descriptor of zip64", "no entry accounts for", func(f *zipFile) {
			f.descriptor = func(b []byte) []byte { return append(b, make([]byte, 8)...) }
		}),
		one("descriptor-missing", "announced, and not there", "reach into the directory", func(f *zipFile) {
			f.descriptor = func([]byte) []byte { return nil }
		}),
	}, zipCase(DistZip, "left-out-local-name", "a left-out file with two names", "name or extra field differs", func(z *zipArchive) {
		z.add("test/x.go", "x").local = set(30, 'X')
	}), zipCase(DistZip, "left-out-descriptor", "a left-out file with two sizes", "descriptor and directory differ", func(z *zipArchive) {
		z.add("test/x.go", "x").descriptor = set(12, 9)
	}))
}

// zipTypes returns zips with entries that are not regular files.
func zipTypes() []Case {
	var cases []Case
	for _, row := range []struct {
		name, why string
		attrs     uint32
	}{
		{"symlink", "a link to outside, to be written through later", 0o120777 << 16},
		{"fifo", "who reads it waits for ever", 0o010644 << 16},
		{"character-device", "reads or writes a device", 0o020666 << 16},
		{"block-device", "reads or writes a disk", 0o060666 << 16},
		{"socket", "not a file", 0o140755 << 16},
		{"no-type", "a mode without a type", 0o000644<<16 | 1},
		{"directory-without-slash", "a directory for some readers, a file for others", 0o040755 << 16},
		{"dos-directory", "a directory on Windows, a file on Unix", 0o100644<<16 | 0x10},
	} {
		cases = append(cases, both(row.name, row.why, "not a regular file", func(z *zipArchive) {
			f := z.add("src/x", "../../../target")
			f.stored, f.attrs = true, row.attrs
		})...)
	}
	return append(cases,
		zipCase(ModuleZip, "symlink-parent", "a link, and a file below it", "not a regular file", func(z *zipArchive) {
			f := z.add("src/x", "../../target")
			f.stored, f.attrs = true, 0o120777<<16
			z.add("src/x/y", "outside")
		}),
		zipCase(ModuleZip, "volume-label", "the name of a disk", "not a regular file", func(z *zipArchive) { z.last().attrs, z.last().record = 0, setRecord(38, 8) }),
		zipCase(ModuleZip, "dos-link", "Unix modes on an entry that is from DOS", "not a regular file", func(z *zipArchive) {
			z.last().record = func(b []byte) { b[5], b[40], b[41] = 0, 0xff, 0xa1 }
		}),
		zipCase(ModuleZip, "unknown-system", "modes that nobody can read", "unknown system", func(z *zipArchive) { z.last().record = setRecord(5, 7) }),
		zipCase(ModuleZip, "directory", "modules have no entries for directories", "not a regular file", func(z *zipArchive) { z.addDirectory("src/") }),
		zipCase(DistZip, "directory-with-content", "content that no reader shows", "a directory with content", func(z *zipArchive) {
			z.addDirectory("src/").content = "hidden"
		}),
		zipCase(DistZip, "file-as-directory", "a file with a directory's name", "a file with a directory's name", func(z *zipArchive) {
			z.addDirectory("src/").attrs = 0o100644 << 16
		}),
	)
}

// zipBombs returns zips that would fill memory or disk.
func zipBombs() []Case {
	return flatten(
		both("bomb", "64 MiB in 64 kB", "more than 12 times its size", func(z *zipArchive) { z.add("src/x", strings.Repeat("\x00", 64<<20)) }),
		both("bomb-undeclared", "64 MiB, declared as 10 bytes", "larger than declared", func(z *zipArchive) {
			z.add("src/x", strings.Repeat("\x00", 64<<20)).record = setRecord(24, 10, 0, 0, 0)
		}),
		both("bomb-declared", "4 GiB are declared", "unpacks to more than 2 GiB", func(z *zipArchive) {
			z.add("src/x", "x").record = setRecord(24, 0xfe, 0xff, 0xff, 0xff)
		}),
		both("bomb-sum", "small files of 3 GiB in all", "unpacks to more than 2 GiB", func(z *zipArchive) {
			for i := range 3000 {
				z.add(fmt.Sprintf("src/%d", i), "x").record = setRecord(24, 0, 0, 0x10, 0)
			}
		}),
		both("bomb-entries", "50,001 files", "entries", func(z *zipArchive) {
			for i := range 50_001 {
				z.add(fmt.Sprintf("src/%d", i), "").stored = true
			}
		}),
		both("bomb-directories", "300 files below 60,000 directories", "more than 50000 names", func(z *zipArchive) {
			for i := range 420 {
				z.add(fmt.Sprintf("%s%d", strings.Repeat(fmt.Sprintf("%x/", i%16), 150)[:1]+fmt.Sprintf("%d/", i)+strings.Repeat("a/", 145), i), "").stored = true
			}
		}),
		both("bomb-directory", "a directory of 25 MB", "directory too large", func(z *zipArchive) {
			for i := range 400 {
				z.add(fmt.Sprintf("src/%d", i), "").extra = strings.Repeat("x", 60_000)
			}
		}),
	)
}
