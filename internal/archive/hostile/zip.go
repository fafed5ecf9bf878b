package hostile

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// A zipFile is one entry. The functions change what would be right.
type zipFile struct {
	name    string
	content string
	stored  bool
	noFlag  bool   // sizes in the local header, no descriptor
	attrs   uint32 // for Unix, in the upper half as zip has them; 0 for no modes at all
	extra   string

	pack       func([]byte) []byte // the compressed content
	record     func([]byte)        // of the directory, before the local header is made of it
	local      func([]byte) []byte // header
	directory  func([]byte) []byte // record, after the local header was made of it
	descriptor func([]byte) []byte
	gap        []byte // before the local header
}

const timestamp = "UT\x05\x00\x01\x36\xb5\x91\x6a"

// A zipArchive is a whole zip.
type zipArchive struct {
	format Format
	files  []zipFile
	gap    []byte // before the directory
	order  []int  // of the records in the directory
	behind []byte // the directory
	end    func([]byte)
	tail   []byte // behind the end record
}

func zipCase(f Format, name, why, want string, change func(*zipArchive)) Case {
	return Case{Name: name, Format: f, Why: why, Want: want, Build: func() []byte {
		z := &zipArchive{format: f}
		for _, file := range release(f) {
			z.files = append(z.files, zipFile{name: file.name, content: file.content, attrs: 0o100644 << 16, extra: timestamp})
		}
		change(z)
		return z.bytes()
	}}
}

// add adds a file below the top directory, and returns it.
func (z *zipArchive) add(name, content string) *zipFile {
	z.files = append(z.files, zipFile{name: z.format.Top() + name, content: content, attrs: 0o100644 << 16, extra: timestamp})
	return z.last()
}

func (z *zipArchive) last() *zipFile { return &z.files[len(z.files)-1] }

func (z *zipArchive) bytes() []byte {
	var out bytes.Buffer
	records := make([][]byte, len(z.files))
	for i := range z.files {
		records[i] = z.files[i].write(&out)
	}
	out.Write(z.gap)
	start := out.Len()
	order := z.order
	if order == nil {
		for i := range records {
			order = append(order, i)
		}
	}
	for _, i := range order {
		out.Write(records[i])
	}
	size := out.Len() - start
	out.Write(z.behind)
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	put16(end[8:], len(order))
	put16(end[10:], len(order))
	put32(end[12:], size)
	put32(end[16:], start)
	if z.end != nil {
		z.end(end)
	}
	out.Write(end)
	out.Write(z.tail)
	return out.Bytes()
}

// write writes the entry and returns its record in the directory.
func (f *zipFile) write(out *bytes.Buffer) []byte {
	packed := []byte(f.content)
	if !f.stored {
		packed = deflate(packed)
	}
	if f.pack != nil {
		packed = f.pack(packed)
	}
	out.Write(f.gap)
	record := make([]byte, 46, 46+len(f.name)+len(f.extra))
	copy(record, "PK\x01\x02\x14\x00\x14\x00\x08\x00\x08\x00\x00\x00\xc4\x58")
	if f.stored {
		put16(record[10:], 0)
	}
	if f.noFlag {
		put16(record[8:], 0)
	}
	if f.attrs != 0 {
		record[5] = 3
	}
	put32(record[16:], int(crc32.ChecksumIEEE([]byte(f.content))))
	put32(record[20:], len(packed))
	put32(record[24:], len(f.content))
	put16(record[28:], len(f.name))
	put16(record[30:], len(f.extra))
	put32(record[38:], int(f.attrs))
	put32(record[42:], out.Len())
	record = append(append(record, f.name...), f.extra...)
	if f.record != nil {
		f.record(record)
	}

	local := append([]byte("PK\x03\x04"), record[6:32]...)
	if record[8]&8 != 0 {
		clear(local[14:26])
	}
	out.Write(change(append(local, record[46:]...), f.local))
	out.Write(packed)
	if record[8]&8 != 0 {
		out.Write(change(append([]byte("PK\x07\x08"), record[16:28]...), f.descriptor))
	}
	return change(record, f.directory)
}

func change(b []byte, f func([]byte) []byte) []byte {
	if f == nil {
		return b
	}
	return f(b)
}

// set returns a change of one place.
func set(at int, value ...byte) func([]byte) []byte {
	return func(b []byte) []byte {
		copy(b[at:], value)
		return b
	}
}

// setRecord is set where nothing is returned.
func setRecord(at int, value ...byte) func([]byte) {
	return func(b []byte) { copy(b[at:], value) }
}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is one that exists
	}
	_, _ = w.Write(data) // to memory
	_ = w.Close()
	return out.Bytes()
}

func put16(b []byte, n int) { binary.LittleEndian.PutUint16(b, uint16(n)) }
func put32(b []byte, n int) { binary.LittleEndian.PutUint32(b, uint32(n)) }
