package hostile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

// tarEnds returns tars that end too early, too late or not at all.
func tarEnds() []Case {
	end := func(name, why, want, end string) Case {
		return tarCase(name, why, want, func(t *tarArchive) { t.end = end })
	}
	another := entry("go/src/x")
	return []Case{
		end("no-end", "cut off where an entry ends", "", ""),
		end("half-end", "one block of zeros, not two", "", twoBlocks[:block]),
		end("end-between", "one block of zeros, and another entry", "damaged", twoBlocks[:block]+another+twoBlocks),
		end("behind-end", "an entry that only readers see that go on", "", twoBlocks+another+twoBlocks),
		end("bytes-behind-end", "hidden behind the end", "", twoBlocks+strings.Repeat("hidden..", block/8)),
		end("byte-behind-end", "less than a block behind the end", "", twoBlocks+"x"),
		end("zeros-behind-end", "an end that does not end", "", string(make([]byte, 64*block))),
		tarCase("no-entries", "an end, and nothing before it", "0 entries", func(t *tarArchive) { t.entries = nil }),
		tarCase("nothing", "not even an end", "0 entries", func(t *tarArchive) { t.entries, t.end = nil, "" }),
		tarCase("cut-in-content", "less content than declared", "cut short", func(t *tarArchive) {
			t.add("src/x", "x").header = setRecord(124, []byte("00004000000\x00")...)
			t.end = ""
		}),
		tarCase("cut-in-large", "less content of a large file than declared", "cut short", func(t *tarArchive) {
			t.add("src/x", strings.Repeat("0123456789abcdef", 50_000)).header = setRecord(124, []byte("00010000000\x00")...)
			t.end = ""
		}),
		tarCase("cut-in-header", "half a header", "cut short", func(t *tarArchive) { t.end = another[:100] }),
		tarCase("cut-in-records", "half of the records", "cut short", func(t *tarArchive) {
			t.addKind('x', "x", "").header = setRecord(124, []byte("00000004000\x00")...)
			t.end = "1"
		}),
	}
}

// entry returns a header and a block of content.
func entry(name string) string {
	var b bytes.Buffer
	(&tarEntry{name: name, content: "x", kind: '0'}).write(&b)
	return b.String()
}

// gzips returns tars in a wrapping that is not right.
func gzips() []Case {
	wrap := func(name, why, want string, packed func([]byte) []byte) Case {
		return tarCase("gzip-"+name, why, want, func(t *tarArchive) { t.packed = packed })
	}
	end := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			b[len(b)-at] ^= 1
			return b
		}
	}
	flag := func(flags byte, field string) func([]byte) []byte {
		return func(b []byte) []byte {
			b[3] = flags
			return append(b[:10:10], field+string(b[10:])...)
		}
	}
	return []Case{
		wrap("empty", "no bytes at all", "cut short", func([]byte) []byte { return nil }),
		wrap("cut", "the last byte is missing", "cut short", func(b []byte) []byte { return b[:len(b)-1] }),
		wrap("no-trailer", "no checksum", "cut short", func(b []byte) []byte { return b[:len(b)-8] }),
		wrap("cut-in-half", "the connection was lost", "cut short", func(b []byte) []byte { return b[:len(b)/2] }),
		wrap("crc", "other content than was packed", "damaged", end(8)),
		wrap("size", "another size than was packed", "damaged", end(4)),
		wrap("byte-behind", "a byte behind the end", "cut short", func(b []byte) []byte { return append(b, 0) }),
		wrap("second-member", "readers differ in whether it goes on", "", func(b []byte) []byte { return append(b, b...) }),
		wrap("two-members", "the end of the tar is in a second member", "", func(b []byte) []byte {
			tar := mustGunzip(b)
			return append(Gzip(tar[:len(tar)-len(twoBlocks)]), Gzip([]byte(twoBlocks))...)
		}),
		wrap("name", "the name of another file", "", flag(8, "../../x\x00")),
		wrap("extra", "an extra field", "", flag(4, "\x06\x00hidden")),
		wrap("comment", "a comment", "", flag(16, "hidden\x00")),
		wrap("header-crc", "a checksum of the header", "", func(b []byte) []byte {
			b[3] = 2
			sum := binary.LittleEndian.AppendUint16(nil, uint16(crc32.ChecksumIEEE(b[:10])))
			return append(b[:10:10], string(sum)+string(b[10:])...)
		}),
		wrap("text-flag", "says that line ends may be changed", "", flag(1, "")),
		wrap("stored-length", "a stored block of two lengths", "damaged", func(b []byte) []byte {
			return append(b[:10:10], "\x01\x05\x00\x00\x00hello"+string(b[len(b)-8:])...)
		}),
		wrap("reserved-flag", "a flag without a meaning", "damaged", flag(0x80, "")),
		wrap("method", "a method that does not exist", "damaged", set(2, 7)),
		wrap("none", "a tar that is not compressed", "damaged", mustGunzip),
		wrap("twice", "compressed twice", "damaged", func(b []byte) []byte { return Gzip(append(b, make([]byte, block)...)) }),
		wrap("zstd", "another compression", "damaged", func([]byte) []byte { return []byte("\x28\xb5\x2f\xfd\x00\x00\x00\x00\x00\x00\x00\x00") }),
		wrap("zip", "a zip under the name of a tar.gz", "damaged", func([]byte) []byte { return []byte("PK\x03\x04" + twoBlocks) }),
		wrap("bit-flip", "a bit of the content was turned", "tar.gz file", func(b []byte) []byte {
			b[len(b)/2] ^= 1
			return b
		}),
	}
}

// tarBombs returns tars that would fill memory or disk.
func tarBombs() []Case {
	return []Case{
		tarCase("bomb", "64 MiB in 64 kB", "more than 12 times its size", func(t *tarArchive) { t.add("src/x", strings.Repeat("\x00", 64<<20)) }),
		tarCase("bomb-left-out", "64 MiB in a left-out directory", "more than 12 times its size", func(t *tarArchive) {
			t.add("test/x", strings.Repeat("\x00", 64<<20))
		}),
		tarCase("bomb-behind-end", "64 MiB behind the end", "more than 12 times its size", func(t *tarArchive) { t.end = string(make([]byte, 64<<20)) }),
		tarCase("bomb-declared", "8 GiB are declared", "cut short", func(t *tarArchive) {
			t.add("src/x", "x").header = setRecord(124, []byte("77777777777\x00")...)
		}),
		tarCase("bomb-entries", "50,001 files", "more than 50000 names", func(t *tarArchive) {
			t.level = gzip.NoCompression
			for i := range 50_001 {
				t.add(fmt.Sprintf("src/%d", i), "")
			}
		}),
		tarCase("bomb-directories", "60,000 directories", "more than 50000 names", func(t *tarArchive) {
			t.level = gzip.NoCompression
			for i := range 420 {
				t.add(fmt.Sprintf("a/%d/%s%d", i, strings.Repeat("a/", 145), i), "")
			}
		}),
		tarCase("bomb-records", "records of 8 GiB", "cut short", func(t *tarArchive) {
			t.addKind('x', "x", "x").header = setRecord(124, []byte("77777777777\x00")...)
		}),
		tarCase("bomb-of-records", "records for ever, and no entry", "", func(t *tarArchive) {
			for range 10_000 {
				t.addKind('x', "x", pax("uid", "1"))
			}
		}),
	}
}
