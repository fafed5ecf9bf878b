package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A tarHeader is a header block of a tar, with what counts of the PAX records
// before it.
type tarHeader struct {
	kind byte
	name string
	size int64

	renamed bool   // name is from a record
	short   string // what the header itself has in its place
}

// Kinds of tar entries that Go's releases have.
const (
	tarFile   = '0'
	tarFolder = '5'
	tarPAX    = 'x' // records for the entry that follows
)

const (
	blockSize = 512
	maxPAX    = 8 << 10 // bytes of records; a name of 100 to 320 bytes is all they are for
)

// parseTarHeader accepts the one form in which archive/tar writes headers of
// files and folders: POSIX ustar, zero-filled fields, octal numbers.
//
// Not even a check before archive/tar's reader would do. It takes a size from
// PAX records (which other readers overlook, CVE-2025-62518), base-256
// numbers, GNU's long names, sparse files, old headers without a magic number
// and a kind of 0 with a slash at the end of the name for a folder; it ends
// without an error where the end mark is missing, and reads nothing behind it.
// Two readers that disagree on one of these see two different trees.
func parseTarHeader(block []byte) (h tarHeader, err error) {
	if err := checkTarSum(block); err != nil {
		return h, err
	}
	if string(block[257:265]) != "ustar\x0000" {
		return h, errors.New("not a ustar header")
	}
	h.kind = block[156]
	for _, field := range [][]byte{block[100:108], block[108:116], block[116:124], block[136:148], block[329:337], block[337:345]} {
		if _, err := octal(field); err != nil && !zero(field) {
			return h, err // mode, owner, group, time and device, for all that they don't count
		}
	}
	if h.size, err = octal(block[124:136]); err != nil {
		return h, fmt.Errorf("size: %w", err)
	}
	name, err := text(block[:100])
	prefix, prefixErr := text(block[345:500])
	_, userErr := text(block[265:297])
	_, groupErr := text(block[297:329])
	if err := errors.Join(err, prefixErr, userErr, groupErr); err != nil {
		return h, errors.New("bytes behind the end of a text")
	}
	if h.name = name; prefix != "" {
		h.name = prefix + "/" + name
	}
	switch device := block[329:345]; {
	case !zero(block[500:]):
		return h, errors.New("bytes behind the header")
	case !zero(bytes.ReplaceAll(device, []byte("0"), []byte{0})):
		return h, errors.New("has a device number")
	}
	return h, h.checkKind(block[157:257])
}

func (h tarHeader) checkKind(link []byte) error {
	kinds := map[byte]string{
		'1': "hard link", '2': "symbolic link", '3': "character device", '4': "block device", '6': "FIFO", '7': "contiguous file",
		'g': "global PAX header", 'K': "GNU long link", 'L': "GNU long name", 'S': "sparse file", 0: "old header",
	}
	switch h.kind {
	case tarFile, tarFolder, tarPAX:
	default:
		if kind, ok := kinds[h.kind]; ok {
			return errors.New("not a regular file: " + kind)
		}
		return fmt.Errorf("not a regular file: kind %q", h.kind)
	}
	switch {
	case !zero(link):
		return errors.New("has the target of a link")
	case h.kind == tarFolder && h.size != 0:
		return errors.New("a folder with content")
	}
	return nil
}

// checkTarSum compares the checksum, for which its own field counts as blanks.
func checkTarSum(block []byte) error {
	want, err := octal(block[148:156])
	if err != nil {
		return fmt.Errorf("checksum: %w", err)
	}
	sum := int64(8 * ' ')
	for i, b := range block {
		if i < 148 || i >= 156 {
			sum += int64(b)
		}
	}
	if sum != want {
		return errors.New("wrong checksum of a header")
	}
	return nil
}

// octal reads a number of digits up to a NUL or blank. There are no others,
// negative ones or GNU's base-256 in particular.
func octal(field []byte) (n int64, err error) {
	digits := bytes.TrimRight(field, " \x00")
	if len(digits) == 0 || len(digits) == len(field) {
		return 0, errors.New("not an octal number")
	}
	for _, d := range digits {
		if d < '0' || d > '7' {
			return 0, errors.New("not an octal number")
		}
		n = n<<3 | int64(d-'0') // at most 11 digits
	}
	return n, nil
}

// text reads up to the first NUL, behind which there may be nothing else.
func text(field []byte) (string, error) {
	before, after, _ := bytes.Cut(field, []byte{0})
	if !zero(after) {
		return "", errors.New("bytes behind a text")
	}
	return string(before), nil
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// parsePAX reads the records before a header, "length key=value\n" each, and
// returns the name that they give, or "". Go's releases have names that don't
// fit the header; times and owners, which they might have, say nothing here.
func parsePAX(data []byte) (name string, err error) {
	seen := make(map[string]bool)
	for len(data) > 0 {
		key, value, rest, err := cutPAX(data)
		if err != nil {
			return "", err
		}
		if seen[key] {
			return "", fmt.Errorf("PAX record %s twice", key)
		}
		seen[key] = true
		switch key {
		case "path":
			if name = value; name == "" {
				return "", errors.New("PAX record path is empty")
			}
		case "mtime", "atime", "ctime", "uid", "gid":
			if strings.Trim(value, "-.0123456789") != "" {
				return "", fmt.Errorf("PAX record %s is not a number", key)
			}
		case "uname", "gname":
		default:
			return "", fmt.Errorf("unknown PAX record %.40q", key)
		}
		data = rest
	}
	return name, nil
}

// shortens reports whether short is what Go's writer puts into a header whose name
// is in a record: the name without what is not ASCII, as far as the field goes.
func shortens(short, name string) bool {
	const field = 100
	plain := strings.Map(func(r rune) rune {
		if r >= 0x80 {
			return -1
		}
		return r
	}, name)
	// A slash at the end of the field would make a folder of it.
	return strings.TrimRight(short, "/") == strings.TrimRight(plain[:min(len(plain), field)], "/")
}

func cutPAX(data []byte) (key, value string, rest []byte, err error) {
	damaged := errors.New("damaged PAX record")
	length, _, ok := bytes.Cut(data[:min(len(data), 8)], []byte(" "))
	n, err := strconv.Atoi(string(length))
	if !ok || err != nil || strconv.Itoa(n) != string(length) || n > len(data) || n < len(length)+2 || data[n-1] != '\n' {
		return "", "", nil, damaged
	}
	key, value, ok = strings.Cut(string(data[len(length)+1:n-1]), "=")
	if !ok || key == "" || strings.ContainsRune(key+value, 0) {
		return "", "", nil, damaged
	}
	return key, value, data[n:], nil
}
