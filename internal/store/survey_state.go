package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/toolchain"
)

// A state tells the toolchains that are there from those that were there before.
//
// What a sealed toolchain takes changes only with a toolchain that shares files
// with it, and each has a folder and a receipt of its own, which nothing takes the
// place of without another inode or a later change. Links from outside, other
// modes, another owner or more files are not gosw's doing; of those, what is done
// to a tree as a whole shows in the files that are looked at.
type state struct {
	key     string    // "" where files don't tell
	staging string    // what the folders for work in progress are like
	changed time.Time // when one of them changed last
}

// proofs are what is looked at in each toolchain.
var proofs = []string{"VERSION", "bin", "bin/go", "bin/gofmt", "pkg", "pkg/tool", "src"}

// state returns that of the toolchains in homes. It is not quiet where work is in
// progress, or was left behind: files may have names there, for a while.
func (s *Store) state(homes []toolchain.Home) (now state, quiet bool) {
	text := fmt.Appendln(nil, surveyHeader, Format)
	for _, home := range homes {
		other := &Store{home: home}
		entries, err := os.ReadDir(other.staging())
		if len(entries) > 0 || err != nil && !isMissing(other.staging()) {
			return now, false
		}
		mark, changed := markOf(other.staging())
		now.staging += mark
		if changed.After(now.changed) {
			now.changed = changed
		}
		text = fmt.Appendf(text, "%q\n", home)
	}
	trees := treesOf(homes)
	marks := make([]string, len(trees))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for chunk := range slices.Chunk(trees, len(trees)/runtime.GOMAXPROCS(0)+1) {
		first := slices.Index(trees, chunk[0])
		group.Go(func() (err error) {
			for i, t := range chunk {
				if marks[first+i], err = t.mark(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	told := group.Wait() == nil
	for _, mark := range marks {
		text = fmt.Appendf(text, "%d %s\n", len(mark), mark)
	}
	if told {
		sum := sha256.Sum256(text)
		now.key = hex.EncodeToString(sum[:])
	}
	return now, true
}

// mark returns a text that is another one when the tree was replaced or changed.
func (t tree) mark() (string, error) {
	s := &Store{home: t.home}
	text, _ := markOf(t.dir())
	if text == "" {
		return "", fs.ErrNotExist
	}
	for _, path := range []string{s.receiptFile(t.version), s.sumsFile(t.version)} {
		mark, _ := markOf(path)
		text += mark + "\n"
	}
	for _, name := range proofs {
		mark, _ := markOf(t.dir() + "/" + name)
		text += mark + "\n"
	}
	return t.dir() + "\x00" + text, nil
}
