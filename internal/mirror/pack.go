package mirror

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/flate"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/tree"
)

// level is what packs best in a time that a person waits.
const level = 7

// batch is how many files are packed side by side, and so in memory together.
const batch = 256

// Pack writes the zip of the module whose manifest is m from the toolchain at dir. The
// same files give the same bytes, by this build of gosw. A file that is not as m has it is an error. What
// is proven of m is for the caller to know.
func Pack(ctx context.Context, w io.Writer, dir *os.Root, m *tree.Manifest) error {
	zw := zip.NewWriter(w)
	for first := 0; first < len(m.Files); first += batch {
		packed, err := packFiles(ctx, dir, m.Files[first:min(first+batch, len(m.Files))])
		if err != nil {
			return err
		}
		for _, p := range packed {
			p.header.Name = m.Prefix + p.header.Name
			dst, err := zw.CreateRaw(&p.header)
			if err == nil {
				_, err = dst.Write(p.data)
			}
			if err != nil {
				return err
			}
		}
	}
	return zw.Close()
}

// A packed file is one as it stands in the zip.
type packed struct {
	header zip.FileHeader
	data   []byte
}

func packFiles(ctx context.Context, dir *os.Root, files []tree.File) ([]packed, error) {
	all := make([]packed, len(files))
	err := fsx.Divide(ctx, len(files), func(part iter.Seq[int]) error {
		var buf bytes.Buffer
		fw, err := flate.NewWriter(&buf, level)
		for i := range part {
			if err == nil {
				buf.Reset()
				fw.Reset(&buf)
				err = all[i].pack(dir, files[i], fw)
			}
			if err != nil {
				return err
			}
			all[i].data = bytes.Clone(buf.Bytes())
			all[i].header.CompressedSize64 = uint64(buf.Len())
		}
		return nil
	})
	return all, err
}

// pack has the form that archive/zip gives a file that it deflates itself.
func (p *packed) pack(dir *os.Root, f tree.File, fw *flate.Writer) error {
	data, err := dir.ReadFile(f.Path)
	if err != nil {
		return err
	}
	if sha256.Sum256(data) != f.Sum {
		return fmt.Errorf("%s: not as it was installed", f.Path)
	}
	p.header = zip.FileHeader{
		Name: goroot.Name(f.Path), Method: zip.Deflate, Flags: 1 << 3, CreatorVersion: 20, ReaderVersion: 20,
		CRC32: crc32.ChecksumIEEE(data), UncompressedSize64: uint64(len(data)),
	}
	if _, err := fw.Write(data); err != nil {
		return err
	}
	return fw.Close()
}
