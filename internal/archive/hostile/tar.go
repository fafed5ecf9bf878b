package hostile

import (
	"bytes"
	"compress/gzip"
	"fmt"
)

// A tarEntry is one entry. The functions change what would be right.
type tarEntry struct {
	name    string
	content string
	kind    byte
	link    string
	mode    string // 7 octal digits, "" for the usual
	records string // PAX records before it, whole

	header func([]byte) // before the checksum is made
	sealed func([]byte) // after it
	pad    string       // what fills up the last block, if not zeros
}

// A tarArchive is a whole tar.gz.
type tarArchive struct {
	entries []tarEntry
	end     string // behind the entries
	level   int
	packed  func([]byte) []byte // the gzip file
}

const block = 512

var twoBlocks = string(make([]byte, 2*block))

func tarCase(name, why, want string, change func(*tarArchive)) Case {
	return Case{Name: name, Format: TarGz, Why: why, Want: want, Build: func() []byte {
		t := &tarArchive{end: twoBlocks, level: gzip.DefaultCompression}
		for _, file := range release(TarGz) {
			t.entries = append(t.entries, tarEntry{name: file.name, content: file.content, kind: '0'})
		}
		change(t)
		return t.bytes()
	}}
}

// add adds a file below go/, and returns it.
func (t *tarArchive) add(name, content string) *tarEntry {
	return t.addKind('0', TarGz.Top()+name, content)
}

func (t *tarArchive) addKind(kind byte, name, content string) *tarEntry {
	t.entries = append(t.entries, tarEntry{name: name, content: content, kind: kind})
	return &t.entries[len(t.entries)-1]
}

func (t *tarArchive) bytes() []byte {
	var out, tar bytes.Buffer
	for _, e := range t.entries {
		e.write(&tar)
	}
	tar.WriteString(t.end)
	w, err := gzip.NewWriterLevel(&out, t.level)
	if err != nil {
		panic(err) // the level is one that exists
	}
	_, _ = w.Write(tar.Bytes()) // to memory
	_ = w.Close()
	return change(out.Bytes(), t.packed)
}

func (e *tarEntry) write(out *bytes.Buffer) {
	if e.records == "" && len(e.name) > 100 {
		e.records = pax("path", e.name)
	}
	if e.records != "" {
		x := tarEntry{name: "go/PaxHeaders.0/x", content: e.records, kind: 'x'}
		x.write(out)
	}
	h := make([]byte, block)
	copy(h[:100], e.name)
	mode := e.mode
	if mode == "" {
		mode = "0000644"
	}
	copy(h[100:], mode)
	copy(h[108:], "0000000\x000000000")
	copy(h[124:], fmt.Sprintf("%011o", len(e.content)))
	copy(h[136:], "14626260000")
	h[156] = e.kind
	copy(h[157:], e.link)
	copy(h[257:], "ustar\x0000root")
	copy(h[297:], "root")
	copy(h[329:], "0000000\x000000000")
	if e.header != nil {
		e.header(h)
	}
	seal(h)
	if e.sealed != nil {
		e.sealed(h)
	}
	out.Write(h)
	out.WriteString(e.content)
	if n := -len(e.content) & (block - 1); n > 0 {
		pad := make([]byte, n)
		copy(pad, e.pad)
		out.Write(pad)
	}
}

// seal writes the checksum.
func seal(h []byte) {
	copy(h[148:156], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:156], fmt.Sprintf("%06o\x00 ", sum))
}

// pax returns records of keys and values, one after the other.
func pax(pairs ...string) string {
	text := ""
	for i := 0; i < len(pairs); i += 2 {
		rest := " " + pairs[i] + "=" + pairs[i+1] + "\n"
		n := len(rest)
		for n != len(rest)+len(fmt.Sprint(n)) {
			n = len(rest) + len(fmt.Sprint(n))
		}
		text += fmt.Sprint(n) + rest
	}
	return text
}
