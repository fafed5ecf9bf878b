package hostile

import "strings"

// sound returns archives that must be accepted: what Go ships or has shipped,
// as archive/zip and archive/tar wrote it then.
func sound() []Case {
	return []Case{
		zipCase(ModuleZip, "sound", "as since Go 1.21", "", func(*zipArchive) {}),
		zipCase(ModuleZip, "sound-old", "before Go 1.21: no modes", "", func(z *zipArchive) {
			for i := range z.files {
				z.files[i].attrs = 0
			}
		}),
		zipCase(ModuleZip, "sound-setuid", "modes are ignored, setuid, setgid and sticky too", "", func(z *zipArchive) {
			for i := range z.files {
				z.files[i].attrs = 0o107777 << 16
			}
		}),
		zipCase(ModuleZip, "sound-zip-in-zip", "a zip is a file like others, and not looked into", "", func(z *zipArchive) {
			z.add("src/archive/zip/testdata/x.zip", "PK\x05\x06"+string(make([]byte, 18))).stored = true
		}),
		zipCase(ModuleZip, "sound-squeezed", "Go has a test file of 64 kB in 82 bytes", "", func(z *zipArchive) {
			z.add("src/compress/flate/testdata/huffman-null-max.in", strings.Repeat("\x00", 65535))
		}),
		zipCase(ModuleZip, "sound-no-descriptor", "sizes may stand in front", "", func(z *zipArchive) {
			for i := range z.files {
				z.files[i].noFlag = true
			}
		}),
		zipCase(ModuleZip, "sound-last-bits", "bits that are left in the last byte of a content mean nothing to anybody", "", func(z *zipArchive) {
			z.add("src/x", "").pack = func([]byte) []byte { return []byte{0x03, 0xfc} }
		}),
		zipCase(DistZip, "sound", "as since Go 1.21", "", func(*zipArchive) {}),
		zipCase(DistZip, "sound-old", "before Go 1.21: entries for directories, images stored, no extra fields", "", func(z *zipArchive) {
			for i := range z.files {
				z.files[i].extra = ""
			}
			z.add("src/net/http/x.png", "PNG").stored = true
			for _, directory := range []string{"", "src/", "src/net/", "src/empty/", "test/"} {
				z.addDirectory(directory)
			}
		}),
		zipCase(DistZip, "sound-not-ascii", "test/ has such names; it is left out", "", func(z *zipArchive) {
			z.add("test/fixedbugs/issue27836.dir/Þfoo.go", "package foo\n").record = setRecord(9, 8)
		}),
		tarCase("sound", "as since Go 1.21", "", func(t *tarArchive) {
			entries := t.entries
			t.entries = nil
			for _, directory := range []string{"go/", "go/bin/", "go/src/", "go/src/fmt/"} {
				t.addKind('5', directory, "").mode = "0000755"
			}
			t.entries = append(t.entries, entries...)
		}),
		tarCase("sound-old", "before Go 1.21: types in the modes, directories without a slash, empty ones too", "", func(t *tarArchive) {
			for i := range t.entries {
				t.entries[i].mode = "0100644"
			}
			for _, directory := range []string{"go/api", "go/pkg", "go/pkg/obj"} {
				t.addKind('5', directory, "").mode = "0040755"
			}
		}),
		tarCase("sound-setuid", "modes are ignored, setuid, setgid and sticky too", "", func(t *tarArchive) {
			for i := range t.entries {
				t.entries[i].mode = "0007777"
			}
		}),
		tarCase("sound-owner", "the owner is who unpacks it, whoever packed it", "", func(t *tarArchive) {
			t.add("x", "x").records = pax("uid", "4294967294", "gid", "4294967294", "uname", "nobody", "gname", "nogroup")
		}),
		tarCase("sound-times", "times of a fraction of a second", "", func(t *tarArchive) {
			t.add("x", "x").records = pax("atime", "1717459200.5", "ctime", "1717459200.25", "mtime", "1717459200.123456789")
		}),
		tarCase("sound-long-names", "a name in two fields, and one in a record", "", func(t *tarArchive) {
			t.addKind('0', "x.go", "x").header = setRecord(345, []byte("go/src/"+strings.Repeat("a", 100))...)
			t.add("src/"+strings.Repeat("b", 150), "x")
		}),
		tarCase("sound-not-ascii", "test/ has such names; it is left out", "", func(t *tarArchive) {
			t.add("test/fixedbugs/issue27836.dir/", "package foo\n").records = pax("path", "go/test/fixedbugs/issue27836.dir/Þfoo.go")
			t.entries[len(t.entries)-1].name = "go/test/fixedbugs/issue27836.dir/foo.go"
		}),
		tarCase("sound-large", "a file of more than one buffer, and one of none", "", func(t *tarArchive) {
			t.add("pkg/tool/large", strings.Repeat("0123456789abcdef", 100_000))
			t.add("src/empty", "")
		}),
		tarCase("sound-record", "filled up to a record of twenty blocks", "", func(t *tarArchive) {
			t.end = string(make([]byte, 20*block))
		}),
	}
}

// addDirectory adds an entry for a directory.
func (z *zipArchive) addDirectory(name string) *zipFile {
	f := z.add(name, "")
	f.attrs, f.stored, f.extra = 0o40755<<16|0x10, true, ""
	return f
}
