package archive

import (
	"bufio"
	"bytes"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// A zipReader reads one entry of a zip after the other. It reuses its buffer
// and decompressor: a new one costs 40 kB, and an archive has some ten thousand
// files.
type zipReader struct {
	entry  *zipEntry
	input  flate.Reader // from the local header to the end of the descriptor
	whole  *bytes.Reader
	packed []byte // what whole reads, of a small entry
	shared largeBuffers
	large  []byte // one of shared, held from open to the end of the entry
	parts  *bufio.Reader
	header []byte
	flate  io.ReadCloser
	stored io.LimitedReader
	src    io.Reader // the content
	crc    uint32
	left   int64 // of the content, as declared
}

func newZipReader(shared largeBuffers) *zipReader {
	return &zipReader{shared: shared, whole: bytes.NewReader(nil), parts: bufio.NewReaderSize(nil, 64<<10), header: make([]byte, localLen)}
}

const (
	// maxWhole is the length of an entry that is read at once: the decompressor is
	// a tenth faster in memory. The longest that Go has shipped has 10 MB.
	maxWhole = 16 << 20
	// maxSmall is the length of one that each reader has a buffer for. A zip could
	// have an entry of maxWhole for each processor.
	maxSmall = 1 << 20
)

// largeBuffers are what several readers have together for entries of more than
// maxSmall.
type largeBuffers chan []byte

func newLargeBuffers() largeBuffers {
	const buffers = 2
	shared := make(largeBuffers, buffers)
	for range buffers {
		shared <- []byte{} // made when it is needed
	}
	return shared
}

// read makes the bytes of e the input.
func (z *zipReader) read(e *zipEntry) error {
	data := z.buffer(e.length())
	if data == nil {
		z.parts.Reset(io.NewSectionReader(e.file, e.offset(), e.length()))
		z.input = z.parts
		return nil
	}
	if err := readAt(e.file, data, e.offset()); err != nil {
		return z.error("not readable", err)
	}
	z.whole.Reset(data)
	z.input = z.whole
	return nil
}

// buffer returns one of n bytes, nil if there is none to be had now.
func (z *zipReader) buffer(n int64) []byte {
	z.release()
	switch {
	case n > maxWhole:
		return nil
	case n <= maxSmall:
		z.packed = resized(z.packed, n)
		return z.packed
	}
	select {
	case z.large = <-z.shared:
		z.large = resized(z.large, n)
		return z.large
	default:
		return nil
	}
}

// release gives a large buffer back.
func (z *zipReader) release() {
	if z.large != nil {
		z.shared <- z.large // has room for all
		z.large = nil
	}
}

func resized(buf []byte, n int64) []byte {
	if int64(cap(buf)) < n {
		return make([]byte, n)
	}
	return buf[:n]
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
	err := z.checkDescriptor(z.input)
	z.release()
	return err
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
