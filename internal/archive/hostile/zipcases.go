package hostile

import (
	"bytes"
	"strings"
)

// both returns the same case in both layouts.
func both(name, why, want string, change func(*zipArchive)) []Case {
	return []Case{zipCase(ModuleZip, name, why, want, change), zipCase(DistZip, name, why, want, change)}
}

// zipEnds returns zips whose parts don't fit together.
func zipEnds() []Case {
	one := func(name, why, want string, change func(*zipArchive)) Case {
		return zipCase(ModuleZip, name, why, want, change)
	}
	cut := func(name, why, want string, cut func([]byte) []byte) Case {
		c := one(name, why, want, func(*zipArchive) {})
		build := c.Build
		c.Build = func() []byte { return cut(build()) }
		return c
	}
	end := func(name, why, want string, at int, value ...byte) Case {
		return one(name, why, want, func(z *zipArchive) { z.end = setRecord(at, value...) })
	}
	cases := []Case{
		cut("empty-file", "no bytes at all", "0 bytes", func([]byte) []byte { return nil }),
		cut("no-zip", "begins like a zip, and is none", "no end record", func([]byte) []byte { return []byte("PK\x03\x04" + strings.Repeat("no zip ", 9)) }),
		cut("cut", "the last byte is missing", "no end record", func(b []byte) []byte { return b[:len(b)-1] }),
		cut("cut-in-half", "the connection was lost", "no end record", func(b []byte) []byte { return b[:len(b)/2] }),
		cut("head-cut", "the first byte is missing", "directory does not end at the end record", func(b []byte) []byte { return b[1:] }),
		cut("two-zips", "the directory of which one?", "directory does not end at the end record", func(b []byte) []byte { return append(b, b...) }),
		cut("self-extractor", "a program in front, offsets as they were", "directory does not end at the end record", func(b []byte) []byte {
			return append([]byte("#!/bin/sh\nexit\n"), b...)
		}),
		cut("polyglot-tail", "a shell script behind", "no end record", func(b []byte) []byte { return append(b, "\nrm -r x\n"...) }),
		cut("only-end", "no entries", "0 entries", func([]byte) []byte { return append([]byte("PK\x05\x06"), make([]byte, 18)...) }),
		one("stub", "bytes before the first entry, offsets adjusted", "does not begin where", func(z *zipArchive) { z.files[0].gap = []byte("#!/bin/sh\n") }),
		one("split-marker", "begins as the first of several volumes", "does not begin where", func(z *zipArchive) { z.files[0].gap = []byte("PK\x07\x08") }),
		one("archive-extra-data", "says that the directory is encrypted", "no entry accounts for", func(z *zipArchive) {
			z.gap = []byte("PK\x06\x08\x06\x00\x00\x00hidden")
		}),
		one("signed-directory", "a signature that no reader checks", "directory does not end", func(z *zipArchive) { z.behind = []byte("PK\x05\x05\x06\x00hidden") }),
		one("gap", "bytes between two entries", "does not begin where", func(z *zipArchive) { z.files[1].gap = []byte("hidden") }),
		one("hidden-entry", "an entry that the directory does not list", "does not begin where", func(z *zipArchive) { z.order = []int{0, 2, 3} }),
		one("gap-before-directory", "bytes between the last entry and the directory", "no entry accounts for", func(z *zipArchive) { z.gap = []byte("hidden") }),
		one("bytes-behind-directory", "hidden between directory and end record", "directory does not end", func(z *zipArchive) { z.behind = []byte("hidden") }),
		one("zip64-end", "another end record, with other numbers", "directory does not end", func(z *zipArchive) {
			z.behind = append([]byte("PK\x06\x06\x2c"), make([]byte, 51)...)
			z.behind = append(append(z.behind, "PK\x06\x07"...), make([]byte, 16)...)
		}),
		one("comment", "room for another end record", "no end record", func(z *zipArchive) {
			z.end, z.tail = setRecord(20, 6), []byte("hidden")
		}),
		one("comment-is-end-record", "two end records, each good in its own way", "directory does not end", func(z *zipArchive) {
			z.end, z.tail = setRecord(20, 22), append([]byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"), make([]byte, 10)...)
		}),
		end("comment-announced", "the comment is not there", "announces a comment", 20, 1),
		end("volumes", "the rest is elsewhere", "more than one volume", 4, 1),
		end("volume-of-directory", "the directory is elsewhere", "more than one volume", 6, 1),
		end("fewer-entries-here", "two numbers of entries", "more than one volume", 8, 3),
		end("fewer-entries", "some readers stop, some go on", "directory has more", 8, 3, 0, 3, 0),
		end("more-entries", "some readers stop, some fail", "directory damaged", 8, 9, 0, 9, 0),
		end("no-entries", "the directory is there, and not counted", "0 entries", 8, 0, 0, 0, 0),
		end("zip64-count", "the number is elsewhere", "zip64", 8, 0xff, 0xff, 0xff, 0xff),
		end("zip64-offset", "the offset is elsewhere", "zip64", 16, 0xff, 0xff, 0xff, 0xff),
		end("directory-offset", "points behind the end", "directory does not end", 16, 0xff, 0xff, 0, 0),
		end("directory-size", "the directory reaches beyond the end", "directory too large", 12, 0, 0, 0, 0x7f),
		one("order", "the directory lists entries in another order", "does not begin where", func(z *zipArchive) { z.order = []int{1, 0, 2, 3} }),
		one("overlap", "two names for one entry", "does not begin where", func(z *zipArchive) {
			first := z.files[0]
			first.name = z.format.Top() + "src/x"
			z.add("src/x", "").directory = func([]byte) []byte { return first.write(new(bytes.Buffer)) }
		}),
		one("quoted", "an entry that spans the next ones (a bomb without a nest)", "does not begin where", func(z *zipArchive) {
			f := z.add("src/a", strings.Repeat("x", 1000))
			f.stored = true
			z.add("src/b", "b")
			f.directory = set(20, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0)
		}),
		one("record-name-length", "a record that ends behind the directory", "directory damaged", func(z *zipArchive) { z.last().directory = set(28, 0xff, 0x7f) }),
		one("record-signature", "a record that is none", "directory damaged", func(z *zipArchive) { z.last().directory = set(0, 'X') }),
	}
	return append(cases, both("offset", "points into another entry", "does not begin where", func(z *zipArchive) {
		z.last().directory = set(42, 7, 0, 0, 0)
	})...)
}

// zipHeaders returns zips whose local headers and directory tell two stories.
func zipHeaders() []Case {
	local := func(name, why, want string, at int, value ...byte) []Case {
		return both(name, why, want, func(z *zipArchive) { z.last().local = set(at, value...) })
	}
	record := func(name, why, want string, at int, value ...byte) []Case {
		return both(name, why, want, func(z *zipArchive) { z.last().record = setRecord(at, value...) })
	}
	one := func(cases []Case) []Case { return cases[:1] }
	const differ, nameDiffers = "local header and directory differ", "name or extra field differs"
	return flatten(
		local("local-name", "readers that stream see another name", nameDiffers, 30+5, 'X'),
		one(local("local-extra", "readers that stream see another time", nameDiffers, 30+len(ModuleZip.Top())+len("src/fmt/print.go")+5, 'X')),
		local("local-signature", "no header where one should be", "no local header", 0, 'X'),
		one(local("local-version", "one says zip64, the other not", differ, 4, 45)),
		one(local("local-flags", "one says encrypted, the other not", differ, 6, 9)),
		one(local("local-descriptor-flag", "one says that a descriptor follows, the other not", differ, 6, 0)),
		local("local-method", "one says stored, the other deflated", differ, 8, 0),
		one(local("local-time", "two times", differ, 10, 1)),
		one(local("local-crc", "a checksum where there should be none yet", differ, 14, 1)),
		local("local-size", "readers that stream see another size", differ, 22, 1),
		one(local("local-packed-size", "readers that stream go on elsewhere", differ, 18, 1)),
		one(local("local-name-length", "readers that stream go on elsewhere", differ, 26, 3)),
		one(local("local-extra-length", "readers that stream go on elsewhere", differ, 28, 3)),
		one(both("local-sizes-differ", "no descriptor, and two sizes", differ, func(z *zipArchive) {
			z.last().noFlag = true
			z.last().local = set(22, 1)
		})),
		one(record("encrypted", "nobody has the password", "encrypted", 8, 9)),
		one(record("strong-encryption", "nobody has the key", "unknown flags", 8, 0x48)),
		one(record("patch", "a difference to another file", "unknown flags", 8, 0x28)),
		one(record("masked", "says that the local header is masked", "unknown flags", 9, 0x20)),
		one(record("volume", "the entry is elsewhere", "on another volume", 34, 1)),
		one(record("version", "needs zip64 or more", "needs a newer zip", 6, 45)),
		one(record("method-implode", "a method that readers differ in", "compression method 6", 10, 6)),
		one(record("method-deflate64", "a method that few readers have", "compression method 9", 10, 9)),
		one(record("method-bzip2", "a method that Go does not use", "compression method 12", 10, 12)),
		one(record("method-zstd", "a method that Go does not use", "compression method 93", 10, 93)),
		one(record("method-aes", "encryption that stands as a method", "compression method 99", 10, 99)),
		one(record("zip64-size", "the size is in the extra field", "zip64", 24, 0xff, 0xff, 0xff, 0xff)),
		one(record("zip64-entry-offset", "the offset is in the extra field", "zip64", 42, 0xff, 0xff, 0xff, 0xff)),
		extra("extra-unicode-path", "replaces the name in some readers", "\x75\x70\x06\x00\x01\x00\x00\x00\x00x"),
		extra("extra-unicode-comment", "says that there is a comment", "\x75\x63\x05\x00\x01\x00\x00\x00\x00"),
		extra("extra-zip64", "replaces the sizes", "\x01\x00\x10\x00"+string(make([]byte, 16))),
		extra("extra-unix", "says who is the owner", "ux\x0b\x00\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00"),
		extra("extra-asi", "says that it is a link, and where to", "nu\x14\x00"+string(make([]byte, 6))+"\xff\xa1../../x"),
		extra("extra-jar", "says that it is a program of Java", "\xfe\xca\x00\x00"),
		extra("extra-access-time", "more times than Go writes", "UT\x09\x00\x03\x36\xb5\x91\x6a\x36\xb5\x91\x6a"),
		extra("extra-too-short", "less than a field", "UT\x05"),
		one(both("extra-in-directory-only", "a time that readers that stream don't see", "reach into the directory", func(z *zipArchive) {
			z.last().extra = ""
			z.last().directory = func(b []byte) []byte {
				put16(b[30:], len(timestamp))
				return append(b, timestamp...)
			}
		})),
		extra("extra-ntfs", "more times than Go writes", "\x0a\x00\x08\x00"+string(make([]byte, 8))),
		extra("extra-twice", "the time, and something else", timestamp+timestamp),
		extra("extra-damaged", "a length that goes beyond the field", "UT\x09\x00\x01\x36\xb5\x91\x6a"),
		one(both("entry-comment", "room for something else", "comment on an entry", func(z *zipArchive) {
			z.last().directory = func(b []byte) []byte {
				b[32] = 6
				return append(b, "hidden"...)
			}
		})),
	)
}

func extra(name, why, field string) []Case {
	return []Case{zipCase(ModuleZip, name, why, "unknown extra field", func(z *zipArchive) { z.last().extra = field })}
}

func flatten(cases ...[]Case) []Case {
	var all []Case
	for _, c := range cases {
		all = append(all, c...)
	}
	return all
}
