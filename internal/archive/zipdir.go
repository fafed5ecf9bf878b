package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
)

// A Zip is a zip that has passed every check that needs no content.
type Zip struct {
	Entries []*Entry
	dirs    []string // below GOROOT, with a slash at the end
}

// DirectoryStart returns the offset at which the directory of a zip begins, of
// which the bytes from here on are there; here if it is not before that.
func DirectoryStart(file io.ReaderAt, size, here int64) (int64, error) {
	if size < endLen {
		return here, nil // Open says so
	}
	end := make([]byte, endLen)
	if err := readAt(file, end, max(size-endLen, here)); err != nil {
		return 0, err
	}
	at := le32(end[16:]) // Open is strict
	if here-at > maxDirectory {
		return 0, &Error{Format: zipFormat, Reason: "directory too large"}
	}
	return min(at, here), nil
}

// Signatures and fixed lengths of a zip's parts (APPNOTE.TXT, 4.3).
const (
	localSignature      = "PK\x03\x04"
	descriptorSignature = "PK\x07\x08"
	directorySignature  = "PK\x01\x02"
	endSignature        = "PK\x05\x06"

	localLen      = 30
	descriptorLen = 16
	directoryLen  = 46
	endLen        = 22
)

// Open demands the one form that Go's own writer (archive/zip) gives a zip,
// because all else exists only to be read in two ways: the end record is at
// the very end, the directory before it, and the entries before that, in the
// directory's order and without a byte between them. So the directory tells
// where each entry is and what its local header says, to the bit; whether
// that is so, readZip checks. This is why archive/zip is not used here: it
// passes over what it does not need.
func (f Format) Open(file io.ReaderAt, size int64, prefix string) (*Zip, error) {
	l := layout{f, prefix}
	directory, count, err := readDirectory(file, size, l)
	if err != nil {
		return nil, err
	}
	end := size - endLen - int64(len(directory))
	a := &Zip{Entries: make([]*Entry, 0, count)}
	seen := newContents(l)
	var offset, total int64
	for range count {
		var record []byte
		if record, directory, err = cutRecord(directory); err != nil {
			return nil, l.errorf("", "%v", err)
		}
		e, err := checkEntry(record, seen)
		if err != nil {
			return nil, err
		}
		e.zip.file = file
		if e.zip.offset() != offset {
			return nil, l.errorf(e.zip.name(), "does not begin where the entry before it ends")
		}
		offset += e.zip.length()
		if total += e.zip.size(); total > MaxUnpacked {
			return nil, l.errorf("", "unpacks to more than 2 GiB")
		}
		a.Entries = append(a.Entries, &e)
	}
	switch {
	case len(directory) > 0:
		return nil, l.errorf("", "directory has more than it should")
	case offset > end:
		return nil, l.errorf("", "entries reach into the directory")
	case offset < end:
		return nil, l.errorf("", "%d bytes that no entry accounts for", end-offset)
	case total > ratioFrom && total > maxRatio*size:
		return nil, l.errorf("", "unpacks to more than %d times its size", maxRatio)
	}
	for _, name := range seen.names {
		if strings.HasSuffix(name, "/") && !l.dist() { // where nothing is left out; else its first file makes a directory
			a.dirs = append(a.dirs, name)
		}
	}
	return a, nil
}

// readDirectory returns the directory and the number of entries that the end
// record announces.
func readDirectory(file io.ReaderAt, size int64, l layout) (directory []byte, count int, err error) {
	end := make([]byte, endLen)
	if size < endLen || size > MaxZip {
		return nil, 0, l.errorf("", "%d bytes", size)
	}
	if err := readAt(file, end, size-endLen); err != nil {
		return nil, 0, &Error{Format: l.String(), Reason: "not readable", Err: err}
	}
	if string(end[:4]) != endSignature {
		return nil, 0, l.errorf("", "no end record at the end")
	}
	disk, first, here := le16(end[4:]), le16(end[6:]), le16(end[8:])
	count = le16(end[10:])
	length, offset := le32(end[12:]), le32(end[16:])
	switch {
	case disk != 0 || first != 0 || here != count:
		return nil, 0, l.errorf("", "more than one volume, or zip64")
	case le16(end[20:]) != 0:
		return nil, 0, l.errorf("", "end record announces a comment")
	case offset == 0xffffffff || length == 0xffffffff || count == 0xffff:
		return nil, 0, l.errorf("", "zip64")
	case count == 0 || count > maxEntries:
		return nil, 0, l.errorf("", "%d entries", count)
	case length > maxDirectory:
		return nil, 0, l.errorf("", "directory too large")
	case offset+length != size-endLen:
		return nil, 0, l.errorf("", "directory does not end at the end record")
	}
	directory = make([]byte, length)
	if err := readAt(file, directory, offset); err != nil {
		return nil, 0, &Error{Format: l.String(), Reason: "not readable", Err: err}
	}
	return directory, count, nil
}

func readAt(file io.ReaderAt, buf []byte, offset int64) error {
	if n, err := file.ReadAt(buf, offset); n < len(buf) {
		return err
	}
	return nil
}

// cutRecord splits the directory's first record off.
func cutRecord(directory []byte) (record, rest []byte, err error) {
	if len(directory) < directoryLen || string(directory[:4]) != directorySignature {
		return nil, nil, errors.New("directory damaged")
	}
	if le16(directory[32:]) != 0 {
		return nil, nil, errors.New("comment on an entry")
	}
	n := directoryLen + le16(directory[28:]) + le16(directory[30:])
	if n > len(directory) {
		return nil, nil, errors.New("directory damaged")
	}
	return directory[:n:n], directory[n:], nil
}

// checkEntry accepts a regular file, or a directory in an archive of go.dev/dl.
func checkEntry(record []byte, seen *contents) (Entry, error) {
	z := zipEntry{record: record}
	isDir := strings.HasSuffix(z.name(), "/")
	if isDir && !seen.dist() {
		return Entry{}, seen.errorf(z.name(), "not a regular file")
	}
	if reason := z.check(isDir); reason != "" {
		return Entry{}, seen.errorf(z.name(), "%s", reason)
	}
	e, err := seen.add(z.name(), isDir)
	e.zip = z
	e.Skip = e.Skip || isDir
	return e, err
}

// A zipEntry is a record of a zip's directory.
type zipEntry struct {
	file   io.ReaderAt // the zip
	record []byte      // at least directoryLen bytes, with the whole name and extra field
}

const (
	flagDescriptor = 1 << 3  // sizes follow the content
	flagUTF8       = 1 << 11 // the name is UTF-8

	methodStore   = 0
	methodDeflate = 8
)

func (z *zipEntry) flags() int    { return le16(z.record[8:]) }
func (z *zipEntry) method() int   { return le16(z.record[10:]) }
func (z *zipEntry) crc() uint32   { return binary.LittleEndian.Uint32(z.record[16:]) }
func (z *zipEntry) packed() int64 { return le32(z.record[20:]) }
func (z *zipEntry) size() int64   { return le32(z.record[24:]) }
func (z *zipEntry) offset() int64 { return le32(z.record[42:]) }

func (z *zipEntry) name() string {
	return string(z.record[directoryLen:][:le16(z.record[28:])])
}

func (z *zipEntry) extra() []byte {
	return z.record[directoryLen+le16(z.record[28:]):]
}

// Span returns where e is in its zip.
func (e *Entry) Span() fsx.Span {
	return fsx.Span{First: e.zip.offset(), End: e.zip.offset() + e.zip.length()}
}

// Size returns how many bytes the content has, by the zip's directory.
func (e *Entry) Size() int64 { return e.zip.size() }

// Crc returns the CRC-32 of the content, by the zip's directory.
func (e *Entry) Crc() uint32 { return e.zip.crc() }

// length returns how many bytes of the zip the entry takes, from its local
// header to the end of its descriptor.
func (z *zipEntry) length() int64 {
	return localLen + int64(len(z.record)-directoryLen) + z.packed() + z.descriptor()
}

func (z *zipEntry) descriptor() int64 {
	if z.flags()&flagDescriptor != 0 {
		return descriptorLen
	}
	return 0
}

// check returns what is wrong with z, apart from its name.
func (z *zipEntry) check(isDir bool) string {
	switch {
	case z.flags()&1 != 0:
		return "encrypted"
	case z.flags()&^(flagDescriptor|flagUTF8) != 0:
		return fmt.Sprintf("unknown flags %#x", z.flags())
	case z.method() != methodStore && z.method() != methodDeflate:
		return fmt.Sprintf("compression method %d", z.method())
	case z.method() == methodStore && z.packed() != z.size():
		return "stored, and of two sizes"
	case le16(z.record[6:]) > 20: // zip64 is 45, encryption 50 and above
		return "needs a newer zip"
	case le16(z.record[34:]) != 0:
		return "on another volume"
	case z.packed() == 0xffffffff || z.size() == 0xffffffff || z.offset() == 0xffffffff:
		return "zip64"
	case !timestamps(z.extra()):
		return "unknown extra field"
	}
	return z.checkType(isDir)
}

// checkType makes sure that nobody can take z for anything else than the name
// says. Permissions are of no interest, setuid included: we set our own.
func (z *zipEntry) checkType(isDir bool) string {
	const (
		dos, unix      = 0, 3   // who made it
		dosDir         = 0x10   // attribute
		dosArchive     = 0x20   // attribute without meaning
		regular, fsDir = 010, 4 // types of Unix, above the permissions
	)
	attributes := le32(z.record[38:])
	kind := attributes >> 28
	switch creator := z.record[5]; {
	case creator == dos && attributes&^dosArchive == 0: // releases before Go 1.21: no modes at all
	case creator == unix && kind == regular && attributes&dosDir == 0:
		if isDir {
			return "a file with a directory's name"
		}
	case creator == unix && kind == fsDir && isDir:
	case creator != dos && creator != unix:
		return "made on an unknown system"
	default:
		return "not a regular file"
	}
	if isDir && (z.size() != 0 || z.packed() != 0 || z.crc() != 0) {
		return "a directory with content"
	}
	return ""
}

// timestamps reports whether an extra field has at most the time in it that
// archive/zip writes. Others can replace name, sizes or owner.
func timestamps(extra []byte) bool {
	return len(extra) == 0 || len(extra) == 9 && string(extra[:5]) == "UT\x05\x00\x01"
}

func le16(b []byte) int   { return int(binary.LittleEndian.Uint16(b)) }
func le32(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
