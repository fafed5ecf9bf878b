package hostile

import (
	"fmt"
	"strings"
)

// tarKinds returns tars with entries that are neither files nor folders.
func tarKinds() []Case {
	var cases []Case
	for _, row := range []struct {
		name string
		kind byte
		why  string
		want string
	}{
		{"hard-link", '1', "shares its content with a file outside", "hard link"},
		{"symlink", '2', "a link to outside, to be written through later", "symbolic link"},
		{"character-device", '3', "reads or writes a device", "character device"},
		{"block-device", '4', "reads or writes a disk", "block device"},
		{"fifo", '6', "who reads it waits for ever", "FIFO"},
		{"contiguous", '7', "a file for some readers only", "contiguous file"},
		{"old-kind", 0, "a folder for some readers, if its name ends with a slash", "old header"},
		{"sparse", 'S', "GNU's sparse file: a map of holes before the content", "sparse file"},
		{"volume-label", 'V', "GNU's name of a tape", `kind 'V'`},
		{"multi-volume", 'M', "GNU's rest of a file that began elsewhere", `kind 'M'`},
		{"dump-folder", 'D', "GNU's list of what to delete", `kind 'D'`},
		{"solaris-records", 'X', "Solaris' PAX records", `kind 'X'`},
		{"unknown-kind", 'z', "a kind of some vendor", `kind 'z'`},
		{"global-records", 'g', "PAX records for all that follows", "global PAX header"},
		{"long-name", 'L', "GNU's name of the next entry, beside PAX's", "GNU long name"},
		{"long-link", 'K', "GNU's target of the next entry", "GNU long link"},
	} {
		cases = append(cases, tarCase("kind-"+row.name, row.why, row.want, func(t *tarArchive) {
			e := t.addKind(row.kind, "go/src/x", "")
			switch row.kind {
			case '1', '2':
				e.link = "../../target/secret"
			case 'g':
				e.content = pax("path", "go/src/y")
			case 'L', 'K':
				e.content = "go/../../x\x00"
			}
			t.add("src/z", "z")
		}))
	}
	return append(cases,
		tarCase("symlink-parent", "a link to a folder, and a file below it", "symbolic link", func(t *tarArchive) {
			t.addKind('2', "go/src/x", "").link = "../../target"
			t.add("src/x/y", "outside")
		}),
		tarCase("symlink-left-out", "a link in a left-out folder", "symbolic link", func(t *tarArchive) {
			t.addKind('2', "go/test/x", "").link = "../../target"
		}),
		tarCase("link-of-file", "a file that has a target", "target of a link", func(t *tarArchive) { t.add("src/x", "x").link = "VERSION" }),
		tarCase("folder-with-content", "readers differ in whether content follows a folder", "a folder with content", func(t *tarArchive) {
			t.addKind('5', "go/src/", strings.Repeat("x", block))
		}),
		tarCase("file-as-folder", "a file with a folder's name", "a file with a folder's name", func(t *tarArchive) { t.add("src/x/", "") }),
		tarCase("device-number", "a file that is a device as well", "device number", func(t *tarArchive) {
			t.add("src/x", "").header = setRecord(329, []byte("0000001")...)
		}),
	)
}

// tarRecords returns tars whose PAX records say more than they should.
func tarRecords() []Case {
	var cases []Case
	row := func(name, why, want, records string) {
		cases = append(cases, tarCase("pax-"+name, why, want, func(t *tarArchive) { t.add("src/x", "x").records = records }))
	}
	row("size", "readers differ in whether it counts, and go on elsewhere (CVE-2025-62518)", "unknown PAX record \"size\"", pax("size", "1024"))
	row("size-negative", "goes back", "unknown PAX record \"size\"", pax("size", "-1"))
	row("linkpath", "the target of a link", "unknown PAX record \"linkpath\"", pax("linkpath", "../../target"))
	row("charset", "names in another encoding", "unknown PAX record \"hdrcharset\"", pax("hdrcharset", "BINARY"))
	row("comment", "room for something else", "unknown PAX record \"comment\"", pax("comment", "hidden"))
	row("xattr", "an extended attribute, such as a capability", "unknown PAX record \"SCHILY.xattr.security.c", pax("SCHILY.xattr.security.capability", "x"))
	row("acl", "who else may write", "unknown PAX record \"SCHILY.acl.access\"", pax("SCHILY.acl.access", "user::rwx"))
	row("flags", "makes a file that can't be deleted", "unknown PAX record \"SCHILY.fflags\"", pax("SCHILY.fflags", "schg"))
	row("sparse-0.0", "a sparse file", "unknown PAX record \"GNU.sparse.size\"", pax("GNU.sparse.size", "1000000"))
	row("sparse-0.1", "a sparse file under another name", "unknown PAX record \"GNU.sparse.map\"", pax("GNU.sparse.map", "0,1", "GNU.sparse.name", "../x"))
	row("sparse-1.0", "a sparse file with its map in the content", "unknown PAX record \"GNU.sparse.major\"", pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0"))
	row("path-parent", "leads out of the staging folder", "unusable name", pax("path", "go/../../x"))
	row("path-absolute", "starts at the root of the disk", "is not below go/", pax("path", "/etc/x"))
	row("path-empty", "no name, or the one in the header?", "PAX record path is empty", pax("path", ""))
	row("path-twice", "which of the two?", "PAX record path twice", pax("path", "go/a", "path", "go/b"))
	row("path-nul", "ends early where names are C strings", "damaged PAX record", pax("path", "go/a\x00b"))
	row("path-other", "one name for readers that know records, another for those that don't", "has another name in its header", pax("path", "go/src/y"))
	row("path-longer", "a folder for readers that don't know records", "has another name in its header", pax("path", "go/src/x/y"))
	row("path-folder", "a file for readers that don't know records", "a file with a folder's name", pax("path", "go/src/x/"))
	row("path-not-ascii", "one of two spellings", "not an ASCII name", pax("path", "go/src/é"))
	row("mtime-text", "no time", "PAX record mtime is not a number", pax("mtime", "now"))
	row("uid-text", "no owner", "PAX record uid is not a number", pax("uid", "root"))
	row("length-short", "the record ends before its end", "damaged PAX record", "10 path=go/src/y\n")
	row("length-long", "the record goes on behind its end", "damaged PAX record", "99 path=go/src/y\n")
	row("length-zero", "a reader that trusts it never ends", "damaged PAX record", "0 path=x\n")
	row("length-huge", "does not fit a number", "damaged PAX record", "99999999999999999999 path=x\n")
	row("length-sign", "a number with a sign", "damaged PAX record", "+18 path=go/src/y\n")
	row("length-leading-zero", "octal or decimal?", "damaged PAX record", "018 path=go/src/y\n")
	row("no-newline", "the end of a record is missing", "damaged PAX record", "16 path=go/src/y ")
	row("no-key", "a value of nothing", "damaged PAX record", "6 =xx\n")
	row("no-value", "a key without a value", "damaged PAX record", "8 path\n\n")
	row("nul-padded", "zeros that some readers skip", "damaged PAX record", pax("path", "go/src/y")+"\x00\x00")
	row("huge", "more than any name needs", "bytes of PAX records", pax("uname", strings.Repeat("x", 9000)))
	add := func(name, why, want string, change func(*tarArchive)) {
		cases = append(cases, tarCase("pax-"+name, why, want, change))
	}
	add("size-hides-entry", "an entry in the content of another, for readers that take the size from the record",
		"unknown PAX record \"size\"", func(t *tarArchive) { t.add("src/x", entry("go/src/y")).records = pax("size", "0") })
	add("none", "records of no bytes", "0 bytes of PAX records", func(t *tarArchive) {
		t.addKind('x', "x", "")
		t.add("src/x", "x")
	})
	add("twice", "records of records", "PAX records of no entry", func(t *tarArchive) {
		t.addKind('x', "x", pax("uid", "1"))
		t.addKind('x', "x", pax("path", "go/y"))
		t.add("src/x", "x")
	})
	add("last", "records of no entry", "PAX records of no entry", func(t *tarArchive) { t.addKind('x', "x", pax("path", "go/y")) })
	add("of-global", "records of records for all", "global PAX header", func(t *tarArchive) { t.addKind('g', "x", "").records = pax("path", "go/y") })
	return cases
}

// tarHeaders returns tars with headers that two readers take for two things.
func tarHeaders() []Case {
	var cases []Case
	header := func(name, why, want string, at int, value string) {
		cases = append(cases, tarCase(name, why, want, func(t *tarArchive) {
			t.add("src/x", "x").header = setRecord(at, []byte(value)...)
		}))
	}
	const octal = "not an octal number"
	header("size-base-256", "GNU's numbers", octal, 124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")
	header("size-negative", "GNU's negative numbers", octal, 124, strings.Repeat("\xff", 12))
	header("size-huge", "GNU's numbers of 95 bits", octal, 124, "\x80"+strings.Repeat("\xff", 11))
	header("size-minus", "a number with a sign", octal, 124, "-0000000001\x00")
	header("size-decimal", "digits that are not octal", octal, 124, "00000000009\x00")
	header("size-empty", "no size", octal, 124, strings.Repeat("\x00", 12))
	header("size-unterminated", "runs into the next field", octal, 124, "000000000001")
	header("size-split", "readers differ in where a number ends", octal, 124, "0000\x000000001")
	header("size-blanks", "readers differ in leading blanks", octal, 124, "          1\x00")
	header("mode-base-256", "GNU's numbers", octal, 100, "\x80\x00\x00\x00\x00\x00\x01\xa4")
	header("mode-negative", "a number with a sign", octal, 100, "-000644\x00")
	header("time-negative", "a time before all times", octal, 136, strings.Repeat("\xff", 12))
	header("owner-text", "no number", octal, 108, "root\x00\x00\x00\x00")
	header("gnu-magic", "GNU's header, with other fields at the end", "not a ustar header", 257, "ustar  \x00")
	header("no-magic", "the header of Unix 7", "not a ustar header", 257, strings.Repeat("\x00", 8))
	header("star-magic", "another writer's header", "not a ustar header", 508, "tar\x00")
	header("name-behind-nul", "a second name behind the first", "behind the end of a text", 90, "hidden")
	header("prefix-behind-nul", "a second name behind no prefix", "behind the end of a text", 400, "hidden")
	header("user-behind-nul", "hidden behind the owner's name", "behind the end of a text", 290, "hidden")
	header("header-tail", "hidden in bytes without a meaning", "bytes behind the header", 503, "hidden")
	cases[len(cases)-5].Want = "bytes behind the header" // star's magic is where nothing should be
	sealed := func(name, why, want string, at int, value string) {
		cases = append(cases, tarCase(name, why, want, func(t *tarArchive) {
			t.add("src/x", "x").sealed = setRecord(at, []byte(value)...)
		}))
	}
	sealed("checksum", "another header than was written", "wrong checksum", 3, "X")
	sealed("checksum-empty", "no checksum", "checksum: "+octal, 148, strings.Repeat("\x00", 8))
	sealed("checksum-text", "no number", "checksum: "+octal, 148, "12345x\x00 ")
	return append(cases,
		tarCase("checksum-signed", "a sum over signed bytes, as old writers have it", "wrong checksum", func(t *tarArchive) {
			e := t.add("src/\xff", "x")
			e.sealed = func(h []byte) {
				sum := 8 * int(' ')
				for i, b := range h {
					if i < 148 || i >= 156 {
						sum += int(int8(b))
					}
				}
				copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
			}
		}),
		tarCase("padding", "hidden between two entries", "bytes between two entries", func(t *tarArchive) {
			t.add("src/x", "x").pad = "hidden"
			t.add("src/y", "y")
		}),
	)
}
