package store

import (
	"crypto/sha256"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/tree"
)

// errCannot says that a file system, or the system, has no way to share a file
// like this one, so that another way is to be tried.
var errCannot = errors.New("cannot be shared in this way")

// A reader reads files to hash them.
type reader struct {
	hash hash.Hash
	buf  []byte
}

func newReader() *reader { return &reader{sha256.New(), make([]byte, 128<<10)} }

// sum reads all of f, which has to have size bytes, in one pass.
func (r *reader) sum(f io.Reader, size int64) (sum [32]byte, crc uint32, err error) {
	r.hash.Reset()
	for read := int64(0); ; {
		n, err := f.Read(r.buf)
		read += int64(n)
		r.hash.Write(r.buf[:n])
		crc = crc32.Update(crc, crc32.IEEETable, r.buf[:n])
		// A read that does not fill the buffer has reached the end.
		if ended := errors.Is(err, io.EOF) || err == nil && read == size && n < len(r.buf); ended && read == size {
			r.hash.Sum(sum[:0])
			return sum, crc, nil
		} else if ended || read > size {
			return sum, 0, io.ErrUnexpectedEOF
		}
		if err != nil {
			return sum, 0, err
		}
	}
}

// largeFile is the size from which on the CRC-32 is looked at first. Programs of two
// patches often have the same size, and this tells them apart in a tenth of the
// time.
const largeFile = 1 << 20

// compare returns errCannot unless f has this CRC-32.
func (r *reader) compare(f tree.Raw, want uint32) error {
	hash := crc32.NewIEEE()
	if _, err := io.CopyBuffer(hash, f, r.buf); err != nil {
		return err
	}
	if hash.Sum32() != want {
		return errCannot
	}
	return f.Rewind()
}

// Reuse is a [tree.Reuse] of the sibling's files. Directories above path are made where they
// are missing.
func (b *Sibling) Reuse(path string, size int64, crc uint32) (sum [32]byte, ok bool) {
	if sum, ok = b.sums[path]; !ok {
		return [32]byte{}, false
	}
	if err := b.share(path, path, sum, &outline{size, crc}); err != nil {
		return [32]byte{}, false
	}
	return sum, true
}

// take puts a file with the content sum at path to, if the sibling has one, at
// whatever path.
func (b *Sibling) take(to string, sum [32]byte) bool {
	from := to
	if b.sums[to] != sum {
		from = b.paths()[sum]
	}
	if from == "" || goroot.Mode(from) != goroot.Mode(to) {
		return false
	}
	return b.share(from, to, sum, nil) == nil
}

// An outline is what a zip's directory tells of a file.
type outline struct {
	size int64
	crc  uint32
}

// share reads the file at from and puts it, the very file that was read, at to, if
// its content has this sum, and this outline, which may be nil.
func (b *Sibling) share(from, to string, sum [32]byte, like *outline) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return os.ErrClosed
	}
	src, err := b.tree.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	found, err := src.Stat()
	if err != nil {
		return err
	}
	if !shareable(found, from, b.user) || like != nil && like.size != found.Size {
		return errCannot
	}
	r, _ := b.readers.Get().(*reader)
	defer b.readers.Put(r)
	if like != nil && found.Size >= largeFile {
		if err := r.compare(src, like.crc); err != nil {
			return err
		}
	}
	content, crc, err := r.sum(src, found.Size)
	if err != nil {
		return err
	}
	if content != sum || like != nil && like.crc != crc {
		return errCannot
	}
	if err := b.store.step("share/link"); err != nil {
		return err
	}
	return b.put(r, src, found, sum, from, to)
}

// shareable reports whether the file at path is one of a sealed tree, which
// nobody else than the user can have changed since.
func shareable(st tree.Stat, path string, user int) bool {
	if runtime.GOOS == "windows" { // has neither such modes nor such owners
		return st.Mode.IsRegular()
	}
	return st.Mode.IsRegular() && st.Mode&tree.Rights == goroot.Mode(path) &&
		(st.Owner == user || st.Owner == 0)
}

// put gives src, which was just read, the name to: as a clone, else as a link,
// else as a copy.
func (b *Sibling) put(r *reader, src tree.Raw, found tree.Stat, sum [32]byte, from, to string) error {
	err := b.place(src, found, from, to)
	if errors.Is(err, os.ErrNotExist) { // the directory; or it has lost its last name
		if err = b.root.MkdirAll(filepath.FromSlash(path.Dir(to)), goroot.DirMode); err == nil {
			err = b.place(src, found, from, to)
		}
	}
	if errors.Is(err, errCannot) {
		return b.copy(r, src, found, sum, to)
	}
	return err
}

func (b *Sibling) place(src tree.Raw, found tree.Stat, from, to string) error {
	err := errCannot
	if !b.store.noClones.Load() {
		if err = b.into.clone(src, to); errors.Is(err, errCannot) {
			b.store.noClones.Store(true)
		}
	}
	if errors.Is(err, errCannot) {
		err = b.into.link(b.tree, src, fileID{found.Device, found.Inode}, from, to)
	}
	return err
}

// copy writes the content of src once more, and hashes what it writes.
func (b *Sibling) copy(r *reader, src tree.Raw, found tree.Stat, sum [32]byte, to string) error {
	name := filepath.FromSlash(to)
	if err := src.Rewind(); err != nil {
		return err
	}
	dst, err := b.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, goroot.Mode(to))
	if err != nil {
		return err
	}
	again, _, err := r.sum(io.TeeReader(src, dst), found.Size)
	if err == nil && again != sum {
		err = errCannot
	}
	if err == nil {
		err = dst.Chmod(goroot.Mode(to)) // of which the umask may have taken some
	}
	if err = errors.Join(err, dst.Close()); err != nil {
		return errors.Join(err, b.root.Remove(name))
	}
	return nil
}
