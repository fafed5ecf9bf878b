package hostile

import (
	"bytes"
	"compress/gzip"
	"io"
)

// Gzip compresses data as Go's packaging does.
func Gzip(data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(data) // to memory
	_ = w.Close()
	return out.Bytes()
}

// Gunzip undoes [Gzip]. It reports false if data is damaged, or unpacks to
// more than limit bytes.
func Gunzip(data []byte, limit int64) ([]byte, bool) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	return out, err == nil && int64(len(out)) <= limit
}

func mustGunzip(data []byte) []byte {
	out, ok := Gunzip(data, 1<<20)
	if !ok {
		panic("hostile: a case that is built on one that it can't read")
	}
	return out
}

// WriteEntry writes a file of a tar, with header and padding.
func WriteEntry(w io.Writer, name string, content []byte) error {
	var out bytes.Buffer
	(&tarEntry{name: name, content: string(content), kind: '0'}).write(&out)
	_, err := w.Write(out.Bytes())
	return err
}
