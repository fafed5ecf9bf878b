package hostile

import "strings"

// names returns archives of every format in which names are the weapon.
func names() []Case {
	var cases []Case
	for _, row := range nameRows {
		for _, f := range []Format{ModuleZip, DistZip, TarGz} {
			want := row.want
			if want == "" {
				want = "unusable name"
			}
			if f == TarGz && row.tar != "" {
				want = row.tar
			}
			if want == accepted {
				want = ""
			}
			if want == outside {
				want = map[bool]string{true: "does not belong to", false: "is not below go/"}[f == ModuleZip]
			}
			cases = append(cases, nameCase(f, row, want))
		}
	}
	return append(cases,
		zipCase(ModuleZip, "go.mod-beside-_go.mod", "two names in the zip that are one in GOROOT", "collides", func(z *zipArchive) {
			z.add("src/go.mod", "module evil\n")
		}),
		zipCase(ModuleZip, "GO.MOD-beside-_go.mod", "one file in GOROOT on Windows and macOS", "collides", func(z *zipArchive) {
			z.add("src/GO.MOD", "module evil\n")
		}),
		zipCase(ModuleZip, "other-release", "a file of another release", "does not belong to", func(z *zipArchive) {
			z.add("", "").name = strings.Replace(ModuleZip.Top(), "1.22.4", "1.22.3", 1) + "x"
		}),
		zipCase(ModuleZip, "other-platform", "a file for another platform, in other letters", "does not belong to", func(z *zipArchive) {
			z.add("", "").name = strings.Replace(ModuleZip.Top(), "linux", "LINUX", 1) + "x"
		}),
		zipCase(DistZip, "_go.mod", "is proven as go.mod, while go.mod itself is missing", "unusable name", func(z *zipArchive) {
			z.files[2].name = "go/src/_go.mod"
		}),
		tarCase("_go.mod", "is proven as go.mod, while go.mod itself is missing", "unusable name", func(t *tarArchive) {
			t.entries[2].name = "go/src/_go.mod"
		}),
		tarCase("parent-in-prefix", "the way up stands in the field for long names", "unusable name", func(t *tarArchive) {
			t.addKind('0', "x", "x").header = setRecord(345, []byte("go/../..")...)
		}),
		tarCase("absolute-in-prefix", "the root of the disk stands in the field for long names", "is not below go/", func(t *tarArchive) {
			t.addKind('0', "go/src/x", "x").header = setRecord(345, '/')
		}),
		tarCase("directory-parent", "a directory above the staging directory", "unusable name", func(t *tarArchive) { t.addKind('5', "go/../x/", "") }),
		tarCase("directory-over-file", "a directory in the place of a file", "collides", func(t *tarArchive) { t.addKind('5', "go/VERSION/", "") }),
		tarCase("directory-twice", "one directory, two entries", "collides", func(t *tarArchive) {
			t.addKind('5', "go/src/", "")
			t.addKind('5', "go/src", "")
		}),
		zipCase(DistZip, "directory-over-file", "a directory in the place of a file", "collides", func(z *zipArchive) { z.addDirectory("VERSION/") }),
		zipCase(DistZip, "directory-parent", "a directory above the staging directory", "unusable name", func(z *zipArchive) { z.addDirectory("../x/") }),
		zipCase(DistZip, "directory-twice", "one directory, two entries", "collides", func(z *zipArchive) {
			z.addDirectory("src/")
			z.addDirectory("src/")
		}),
	)
}

// outside stands for the error about names that are not below the top directory.
const outside = "outside"

// accepted stands for no error.
const accepted = "accepted"

type nameRow struct {
	name  string
	files []string
	why   string
	whole bool   // files are not below the top directory
	want  string // "unusable name" if empty
	tar   string // for a tar, if that is another answer
}

var nameRows = []nameRow{
	{name: "parent", files: []string{"../x"}, why: "leads out of the staging directory"},
	{name: "parent-inside", files: []string{"a/../../x"}, why: "goes in to lead out"},
	{name: "parent-whole", files: []string{"../x"}, why: "leads out without the top directory", whole: true, want: outside},
	{name: "absolute", files: []string{"/etc/x"}, why: "starts at the root of the disk", whole: true, want: outside},
	{name: "absolute-below", files: []string{"/etc/x"}, why: "a join that drops the front would start at the root"},
	{name: "beside", files: []string{"x"}, why: "is outside the top directory", whole: true, want: outside},
	{name: "lookalike-top", files: []string{"go2/x", "golang.org/toolchainx/x"}, why: "the top directory's name is only a prefix", whole: true, want: outside},
	{name: "empty", files: []string{""}, why: "no name at all", whole: true, want: outside},
	{name: "dot", files: []string{"./a"}, why: "a second spelling of a"},
	{name: "double-slash", files: []string{"a//b"}, why: "a second spelling of a/b"},
	{name: "backslash", files: []string{`a\b`}, why: "a directory on Windows only"},
	{name: "backslash-parent", files: []string{`..\x`}, why: "leads out on Windows"},
	{name: "drive", files: []string{"C:x"}, why: "another drive on Windows"},
	{name: "drive-whole", files: []string{"C:/x"}, why: "another drive on Windows", whole: true, want: outside},
	{name: "stream", files: []string{"bin/go:x"}, why: "a second stream of bin/go on NTFS"},
	{name: "nul", files: []string{"a\x00b"}, why: "ends early where names are C strings", tar: accepted},
	{name: "newline", files: []string{"a\nb"}, why: "forges a line of the sums"},
	{name: "escape", files: []string{"a\x1b[2Jb"}, why: "steers the terminal that shows it"},
	{name: "delete", files: []string{"a\x7fb"}, why: "a control character beyond the others"},
	{name: "invalid-utf8", files: []string{"a\xffb"}, why: "no text, so no two tools show it alike"},
	{name: "wildcard", files: []string{"a*b?"}, why: "not allowed on Windows"},
	{name: "device", files: []string{"nul"}, why: "a device on Windows"},
	{name: "device-with-extension", files: []string{"a/com1.txt"}, why: "a device on Windows, whatever follows"},
	{name: "device-with-blank", files: []string{"src/nul .txt"}, why: "a device on Windows, which drops the blank"},
	{name: "device-superscript", files: []string{"src/com\u00b9"}, why: "a device on Windows, which takes the digit for 1"},
	{name: "console", files: []string{"src/conout$.go"}, why: "the console on Windows, which few lists of devices have"},
	{name: "short-name", files: []string{"VERSIO~1"}, why: "what Windows may call another file besides"},
	{name: "many-dots", files: []string{"a/.../b"}, why: "leads up on old systems"},
	{name: "trailing-dot", files: []string{"a."}, why: "Windows drops the dot"},
	{name: "trailing-blank", files: []string{"a "}, why: "Windows drops the blank"},
	{name: "right-to-left", files: []string{"a\u202eog.x"}, why: "is shown the other way round"},
	{name: "invisible", files: []string{"VERSION\u200b"}, why: "looks like VERSION"},
	{name: "composed", files: []string{"src/\u00e9"}, why: "one of two spellings (NFC)", want: "not an ASCII name"},
	{name: "decomposed", files: []string{"src/e\u0301"}, why: "the other spelling (NFD)"},
	{name: "kelvin", files: []string{"src/\u212ak"}, why: "folds to src/kk", want: "not an ASCII name"},
	{name: "long-s", files: []string{"\u017frc/x"}, why: "folds to src/x", want: "not an ASCII name"},
	{name: "dotless-i", files: []string{"src/pr\u0131nt.go"}, why: "folds to src/print.go in Turkish", want: "not an ASCII name"},
	{name: "sharp-s", files: []string{"src/\u00df"}, why: "folds to src/ss on some disks", want: "not an ASCII name"},
	{name: "ligature", files: []string{"src/\ufb01le"}, why: "is src/file in a compatible spelling (NFKC)", want: "not an ASCII name"},
	{name: "full-width", files: []string{"\uff41"}, why: "some systems fold it to a", want: "not an ASCII name"},
	{name: "twice", files: []string{"a", "a"}, why: "the second wins in some readers, the first in others", want: "collides"},
	{name: "case", files: []string{"a", "A"}, why: "one file on Windows and macOS", want: "collides"},
	{name: "case-of-directory", files: []string{"a/b", "A/c"}, why: "one directory on Windows and macOS", want: "collides"},
	{name: "file-then-directory", files: []string{"a", "a/b"}, why: "the file could be a link by the time the directory is made", want: "collides"},
	{name: "directory-then-file", files: []string{"a/b", "a"}, why: "a file in the place of a directory", want: "collides"},
	{name: "case-of-file-and-directory", files: []string{"a/b", "A"}, why: "a file in the place of a directory, on some disks", want: "collides"},
	{name: "long-name", files: []string{strings.Repeat("a/", 200) + "b"}, why: "longer than what systems take", want: "name too long"},
	{name: "long-element", files: []string{strings.Repeat("a", 256)}, why: "longer than what file systems take", want: "name too long"},
}

func nameCase(f Format, row nameRow, want string) Case {
	top := f.Top()
	if row.whole {
		top = ""
	}
	if f == TarGz {
		return tarCase(row.name, row.why, want, func(t *tarArchive) {
			for _, name := range row.files {
				t.addKind('0', top+name, "x")
			}
		})
	}
	return zipCase(f, row.name, row.why, want, func(z *zipArchive) {
		for _, name := range row.files {
			z.add("", "x").name = top + name
		}
	})
}
