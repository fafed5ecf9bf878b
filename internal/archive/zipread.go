package archive

import (
	"bufio"
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
)

// A zipReader reads one entry of a zip after the other. It reuses its buffer
// and decompressor: a new one costs 40 kB, and an archive has some ten thousand
// files.
type zipReader struct {
	entry  *zipEntry
	input  flate.Reader // from the local header to the end of the descriptor
	whole  *bytes.Reader
	packed []byte // what whole reads, of small entries
	from   int64  // where in the zip packed begins
	here   int64  // up to where the zip may be read, at once with the next small entry
	parts  *bufio.Reader
	header []byte
	flate  io.ReadCloser
	stored io.LimitedReader
	src    io.Reader // the content
	crc    uint32
	left   int64  // of the content, as declared
	buf    []byte // for content
}

func newZipReader() *zipReader {
	return &zipReader{whole: bytes.NewReader(nil), parts: bufio.NewReaderSize(nil, 64<<10), header: make([]byte, localLen), buf: make([]byte, 256<<10)}
}

// maxWhole is the length of an entry that is read at once: the decompressor is
// a tenth faster in memory. Each reader has a buffer of that size at most. What
// is longer, a dozen programs of a release, is read in parts.
const maxWhole = 4 << 20

// read makes the bytes of e the input.
func (z *zipReader) read(e *zipEntry) error {
	n := e.length()
	if n > maxWhole {
		z.parts.Reset(io.NewSectionReader(e.file, e.offset(), n))
		z.input = z.parts
		return nil
	}
	if at := e.offset() - z.from; at < 0 || at+n > int64(len(z.packed)) {
		if err := z.readTo(max(e.offset()+n, z.here)); err != nil {
			return z.error("not readable", err)
		}
	}
	at := e.offset() - z.from
	z.whole.Reset(z.packed[at : at+n])
	z.input = z.whole
	return nil
}

// readTo reads from the beginning of the entry up to the offset end.
func (z *zipReader) readTo(end int64) error {
	z.from = z.entry.offset()
	z.packed = slices.Grow(z.packed[:0], int(max(end-z.from, maxRun))) // empty, after an error
	err := readAt(z.entry.file, z.packed[:end-z.from], z.from)
	if err == nil {
		z.packed = z.packed[:end-z.from]
	}
	return err
}

// Open begins with e, whose local header must say what the directory says.
func (z *zipReader) open(e *zipEntry) error {
	z.entry, z.crc, z.left = e, 0, e.size()
	if err := z.read(e); err != nil {
		return err
	}
	if err := z.checkHeader(); err != nil {
		return err
	}
	if e.method() == methodStore {
		z.stored = io.LimitedReader{R: z.input, N: e.packed()}
		z.src = &z.stored
		return nil
	}
	if resetter, ok := z.flate.(flate.Resetter); ok {
		if err := resetter.Reset(z.input, nil); err != nil {
			return err
		}
	} else {
		z.flate = flate.NewReader(z.input)
	}
	z.src = z.flate
	return nil
}

func (z *zipReader) checkHeader() error {
	record := z.entry.record
	rest := record[directoryLen:]
	z.header = append(z.header[:0], make([]byte, localLen+len(rest))...)
	if _, err := io.ReadFull(z.input, z.header); err != nil {
		return z.error("not readable", err)
	}
	want := bytes.Clone(record[6:32]) // version needed to length of the extra field
	if z.entry.descriptor() > 0 {
		clear(want[10:22]) // CRC and sizes: they follow the content
	}
	switch {
	case string(z.header[:4]) != localSignature:
		return z.error("no local header", nil)
	case !bytes.Equal(z.header[localLen:], rest):
		return z.error("name or extra field differs between local header and directory", nil)
	case !bytes.Equal(z.header[4:localLen], want):
		return z.error("local header and directory differ", nil)
	}
	return nil
}

// Read reads content and checks it against what is declared. It returns
// [io.EOF] only for an entry that is whole.
func (z *zipReader) Read(p []byte) (int, error) {
	n, err := z.src.Read(p)
	if z.left -= int64(n); z.left < 0 {
		return 0, z.error("larger than declared", nil)
	}
	z.crc = crc32.Update(z.crc, crc32.IEEETable, p[:n])
	switch {
	case errors.Is(err, io.EOF) && z.left == 0:
		if err := z.finish(); err != nil {
			return n, err
		}
		return n, io.EOF
	case errors.Is(err, io.EOF):
		return n, z.error("smaller than declared", nil)
	case err != nil:
		return n, z.error("damaged", err)
	}
	return n, nil
}

// finish checks what comes after the content: nothing, or a descriptor.
func (z *zipReader) finish() error {
	if z.crc != z.entry.crc() {
		return z.error("damaged", errors.New("wrong CRC-32"))
	}
	return z.checkDescriptor(z.input)
}

func (z *zipReader) checkDescriptor(r io.Reader) error {
	var got [descriptorLen + 1]byte
	n, err := io.ReadFull(r, got[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return z.error("not readable", err)
	}
	var want []byte
	if z.entry.descriptor() > 0 {
		want = append([]byte(descriptorSignature), z.entry.record[16:28]...)
	}
	switch {
	case n != len(want):
		return z.error("content does not end where the directory says", nil)
	case !bytes.Equal(got[:n], want):
		return z.error("descriptor and directory differ", nil)
	}
	return nil
}

// skip checks what is around the content of e, which nobody wants.
func (z *zipReader) skip(e *zipEntry) error {
	z.entry = e
	z.parts.Reset(io.NewSectionReader(e.file, e.offset(), e.length()))
	z.input = z.parts
	if err := z.checkHeader(); err != nil {
		return err
	}
	return z.checkDescriptor(io.NewSectionReader(e.file, e.offset()+e.length()-e.descriptor(), e.descriptor()))
}

func (z *zipReader) error(reason string, err error) error {
	return &Error{Format: zipFormat, Name: z.entry.name(), Reason: reason, Err: err}
}
