package hostile

import (
	"fmt"
	"strings"
)

// tarKinds returns tars with entries that are neither files nor directories.
func tarKinds() []Case {
	var cases []Case
	for _, row := range []struct {
		name string
		kind byte
		why  string
		want string
	}{
		{"hard-link", '1', "shares its content with a file outside", "kind '1'"},
		{"symlink", '2', "a link to outside, to be written through later", "kind '2'"},
		{"character-device", '3', "reads or writes a device", "kind '3'"},
		{"block-device", '4', "reads or writes a disk", "kind '4'"},
		{"fifo", '6', "who reads it waits for ever", "kind '6'"},
		{"contiguous", '7', "a file for some readers only", "kind '7'"},
		{"old-kind", 0, "a directory for some readers, if its name ends with a slash", ""},
		{"sparse", 'S', "GNU's sparse file: a map of holes before the content", "damaged"},
		{"sparse-bomb", 'S', "64 GiB of holes", "kind 'S'"},
		{"volume-label", 'V', "GNU's name of a tape", `kind 'V'`},
		{"multi-volume", 'M', "GNU's rest of a file that began elsewhere", `kind 'M'`},
		{"dump-directory", 'D', "GNU's list of what to delete", `kind 'D'`},
		{"solaris-records", 'X', "Solaris' PAX records", `kind 'X'`},
		{"unknown-kind", 'z', "a kind of some vendor", `kind 'z'`},
		{"global-records", 'g', "PAX records for all that follows", "kind 'g'"},
		{"long-name", 'L', "GNU's name of the next entry, beside PAX's", "unusable name"},
		{"long-link", 'K', "GNU's target of the next entry", ""},
	} {
		cases = append(cases, tarCase("kind-"+row.name, row.why, row.want, func(t *tarArchive) {
			e := t.addKind(row.kind, "go/src/x", "")
			switch row.kind {
			case '1', '2':
				e.link = "../../target/secret"
			case 'S':
				if row.name == "sparse-bomb" {
					e.content = "x"
					e.header = func(h []byte) {
						copy(h[257:], "ustar  \x00")
						copy(h[386:], "00000000000\x0000000000001\x00") // where the only content is
						copy(h[483:], "777777777777")                   // the size
					}
				}
			case 'g':
				e.content = pax("path", "go/src/y")
			case 'L', 'K':
				e.content = "go/../../x\x00"
			}
			t.add("src/z", "z")
		}))
	}
	return append(cases,
		tarCase("symlink-parent", "a link to a directory, and a file below it", "kind '2'", func(t *tarArchive) {
			t.addKind('2', "go/src/x", "").link = "../../target"
			t.add("src/x/y", "outside")
		}),
		tarCase("symlink-left-out", "a link in a left-out directory", "kind '2'", func(t *tarArchive) {
			t.addKind('2', "go/test/x", "").link = "../../target"
		}),
		tarCase("link-of-file", "a file that has a target", "", func(t *tarArchive) { t.add("src/x", "x").link = "VERSION" }),
		tarCase("directory-with-content", "readers differ in whether content follows a directory", "damaged", func(t *tarArchive) {
			t.addKind('5', "go/src/", strings.Repeat("x", block))
		}),
		tarCase("file-as-directory", "a file with a directory's name", "unusable name", func(t *tarArchive) { t.add("src/x/", "") }),
		tarCase("device-number", "a file that is a device as well", "", func(t *tarArchive) {
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
	row("size", "readers differ in whether it counts, and go on elsewhere (CVE-2025-62518)", "", pax("size", "1024"))
	row("size-negative", "goes back", "damaged", pax("size", "-1"))
	row("linkpath", "the target of a link", "", pax("linkpath", "../../target"))
	row("charset", "names in another encoding", "", pax("hdrcharset", "BINARY"))
	row("comment", "room for something else", "", pax("comment", "hidden"))
	row("xattr", "an extended attribute, such as a capability", "", pax("SCHILY.xattr.security.capability", "x"))
	row("acl", "who else may write", "", pax("SCHILY.acl.access", "user::rwx"))
	row("flags", "makes a file that can't be deleted", "", pax("SCHILY.fflags", "schg"))
	row("sparse-0.0", "a sparse file", "sparse", pax("GNU.sparse.size", "1000000"))
	row("sparse-0.1", "a sparse file under another name", "damaged", pax("GNU.sparse.map", "0,1", "GNU.sparse.name", "../x"))
	row("sparse-1.0", "a sparse file with its map in the content", "cut short", pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0"))
	row("path-parent", "leads out of the staging directory", "unusable name", pax("path", "go/../../x"))
	row("path-absolute", "starts at the root of the disk", "is not below go/", pax("path", "/etc/x"))
	row("path-empty", "no name, or the one in the header?", "", pax("path", ""))
	row("path-twice", "which of the two?", "", pax("path", "go/a", "path", "go/b"))
	row("path-nul", "ends early where names are C strings", "damaged", pax("path", "go/a\x00b"))
	row("path-other", "one name for readers that know records, another for those that don't", "", pax("path", "go/src/y"))
	row("path-longer", "a directory for readers that don't know records", "", pax("path", "go/src/x/y"))
	row("path-directory", "a file for readers that don't know records", "unusable name", pax("path", "go/src/x/"))
	row("path-not-ascii", "one of two spellings", "not an ASCII name", pax("path", "go/src/é"))
	row("mtime-text", "no time", "damaged", pax("mtime", "now"))
	row("uid-text", "no owner", "damaged", pax("uid", "root"))
	row("length-short", "the record ends before its end", "damaged", "10 path=go/src/y\n")
	row("length-long", "the record goes on behind its end", "damaged", "99 path=go/src/y\n")
	row("length-zero", "a reader that trusts it never ends", "damaged", "0 path=x\n")
	row("length-huge", "does not fit a number", "damaged", "99999999999999999999 path=x\n")
	row("length-sign", "a number with a sign", "", "+18 path=go/src/y\n")
	row("length-leading-zero", "octal or decimal?", "", "018 path=go/src/y\n")
	row("no-newline", "the end of a record is missing", "damaged", "16 path=go/src/y ")
	row("no-key", "a value of nothing", "damaged", "6 =xx\n")
	row("no-value", "a key without a value", "damaged", "8 path\n\n")
	row("nul-padded", "zeros that some readers skip", "damaged", pax("path", "go/src/y")+"\x00\x00")
	row("huge", "more than any name needs", "", pax("uname", strings.Repeat("x", 9000)))
	row("sparse-bomb", "a terabyte of holes", "sparse", pax("GNU.sparse.numblocks", "1", "GNU.sparse.map", "0,1", "GNU.sparse.size", "1000000000000"))
	add := func(name, why, want string, change func(*tarArchive)) {
		cases = append(cases, tarCase("pax-"+name, why, want, change))
	}
	add("size-hides-entry", "an entry in the content of another, for readers that take the size from the record",
		"", func(t *tarArchive) { t.add("src/x", entry("go/src/y")).records = pax("size", "0") })
	add("none", "records of no bytes", "", func(t *tarArchive) {
		t.addKind('x', "x", "")
		t.add("src/x", "x")
	})
	add("twice", "records of records", "", func(t *tarArchive) {
		t.addKind('x', "x", pax("uid", "1"))
		t.addKind('x', "x", pax("path", "go/y"))
		t.add("src/x", "x")
	})
	add("last", "records of no entry", "", func(t *tarArchive) { t.addKind('x', "x", pax("path", "go/y")) })
	add("of-global", "records of records for all", "kind 'g'", func(t *tarArchive) { t.addKind('g', "x", "").records = pax("path", "go/y") })
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
	header("size-base-256", "GNU's numbers", "", 124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")
	header("size-negative", "GNU's negative numbers", "damaged", 124, strings.Repeat("\xff", 12))
	header("size-huge", "GNU's numbers of 95 bits", "damaged", 124, "\x80"+strings.Repeat("\xff", 11))
	header("size-minus", "a number with a sign", "damaged", 124, "-0000000001\x00")
	header("size-decimal", "digits that are not octal", "damaged", 124, "00000000009\x00")
	header("size-empty", "no size", "damaged", 124, strings.Repeat("\x00", 12))
	header("size-unterminated", "runs into the next field", "", 124, "000000000001")
	header("size-split", "readers differ in where a number ends", "damaged", 124, "0000\x000000001")
	header("size-blanks", "readers differ in leading blanks", "", 124, "          1\x00")
	header("mode-base-256", "GNU's numbers", "", 100, "\x80\x00\x00\x00\x00\x00\x01\xa4")
	header("mode-negative", "a number with a sign", "damaged", 100, "-000644\x00")
	header("time-negative", "a time before all times", "", 136, strings.Repeat("\xff", 12))
	header("owner-text", "no number", "damaged", 108, "root\x00\x00\x00\x00")
	header("gnu-magic", "GNU's header, with other fields at the end", "", 257, "ustar  \x00")
	header("no-magic", "the header of Unix 7", "", 257, strings.Repeat("\x00", 8))
	header("star-magic", "another writer's header", "", 508, "tar\x00")
	header("name-behind-nul", "a second name behind the first", "", 90, "hidden")
	header("prefix-behind-nul", "a second name behind no prefix", "", 400, "hidden")
	header("user-behind-nul", "hidden behind the owner's name", "", 290, "hidden")
	header("header-tail", "hidden in bytes without a meaning", "", 503, "hidden")
	sealed := func(name, why, want string, at int, value string) {
		cases = append(cases, tarCase(name, why, want, func(t *tarArchive) {
			t.add("src/x", "x").sealed = setRecord(at, []byte(value)...)
		}))
	}
	sealed("checksum", "another header than was written", "damaged", 3, "X")
	sealed("checksum-empty", "no checksum", "damaged", 148, strings.Repeat("\x00", 8))
	sealed("checksum-text", "no number", "damaged", 148, "12345x\x00 ")
	return append(cases,
		tarCase("checksum-signed", "a sum over signed bytes, as old writers have it", "unusable name", func(t *tarArchive) {
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
		tarCase("padding", "hidden between two entries", "", func(t *tarArchive) {
			t.add("src/x", "x").pad = "hidden"
			t.add("src/y", "y")
		}),
	)
}
