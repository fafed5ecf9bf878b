package fetchtest

import (
	"context"
	"fmt"
	"io/fs"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A log is a checksum database's history. It begins with records of modules
// that nobody asks for, so that tiles have more than one hash.
type log struct {
	signer note.Signer

	mu      sync.Mutex
	records [][]byte
	hashes  hashes
	ids     map[module.Version]int64
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fs.ErrNotExist
		}
		list[i] = h[index]
	}
	return list, nil
}

func newLog(signer note.Signer, filler string, n int) *log {
	l := &log{signer: signer, ids: make(map[module.Version]int64)}
	for i := range n {
		m := module.Version{Path: filler, Version: fmt.Sprintf("v1.0.%d", i)}
		text := fmt.Appendf(nil, "%s %s h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", m.Path, m.Version)
		if _, err := l.add(m, text); err != nil {
			panic(err) // the text is a constant
		}
	}
	return l
}

// add returns the number of the record for m, which is text if m is new.
func (l *log) add(m module.Version, text []byte) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if id, ok := l.ids[m]; ok {
		return id, nil
	}
	id := int64(len(l.records))
	more, err := tlog.StoredHashesForRecordHash(id, tlog.RecordHash(text), l.hashes)
	if err != nil {
		return 0, err
	}
	l.records = append(l.records, text)
	l.hashes = append(l.hashes, more...)
	l.ids[m] = id
	return id, nil
}

func (l *log) size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.records))
}

// A view is a log as sumdb.Server shows it, perhaps an old state of it.
type view struct {
	log  *log
	size int64                                // records shown
	text func(module.Version) ([]byte, error) // the record of a module that is not in the log yet
}

// Signed returns the signed tree head.
func (v view) Signed(context.Context) ([]byte, error) {
	v.log.mu.Lock()
	defer v.log.mu.Unlock()
	size := min(v.size, int64(len(v.log.records)))
	hash, err := tlog.TreeHash(size, v.log.hashes)
	if err != nil {
		return nil, err
	}
	text := tlog.FormatTree(tlog.Tree{N: size, Hash: hash})
	return note.Sign(&note.Note{Text: string(text)}, v.log.signer)
}

// ReadRecords returns n records from id on.
func (v view) ReadRecords(_ context.Context, id, n int64) ([][]byte, error) {
	v.log.mu.Lock()
	defer v.log.mu.Unlock()
	if id+n > min(v.size, int64(len(v.log.records))) {
		return nil, fs.ErrNotExist
	}
	return v.log.records[id : id+n], nil
}

// Lookup returns the number of a module's record and adds one for a new
// module, unless the view is of an old state.
func (v view) Lookup(_ context.Context, m module.Version) (int64, error) {
	text, err := v.text(m)
	if err != nil {
		return 0, err
	}
	v.log.mu.Lock()
	id, ok := v.log.ids[m]
	v.log.mu.Unlock()
	if !ok && v.size == everything {
		id, err = v.log.add(m, text)
	} else if !ok || id >= v.size {
		return 0, fs.ErrNotExist
	}
	return id, err
}

// ReadTileData returns the hashes of a tile.
func (v view) ReadTileData(_ context.Context, t tlog.Tile) ([]byte, error) {
	v.log.mu.Lock()
	defer v.log.mu.Unlock()
	if end := (t.N<<t.H + int64(t.W)) << (t.H * t.L); end > min(v.size, int64(len(v.log.records))) {
		return nil, fs.ErrNotExist
	}
	return tlog.ReadTileData(t, v.log.hashes)
}
