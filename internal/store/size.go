package store

import (
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/gover"
)

// A Size is what a toolchain takes on the disk, in bytes of blocks.
type Size struct {
	Own    int64 `json:"own"`    // of files that nothing else has
	Shared int64 `json:"shared"` // of files that something else has as well, by hard links
}

// Sizes returns the size of each of versions, and what all of them take together:
// a file that several share counts once there. What does not exist takes nothing.
// Blocks that clones share count as own, as no file system says without being
// asked for each block whose they are too.
func (s *Store) Sizes(versions []gover.Version) (sizes []Size, total int64) {
	sizes = make([]Size, len(versions))
	var (
		mu     sync.Mutex
		shared = make(map[fileID]bool)
		group  errgroup.Group
	)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, v := range versions {
		group.Go(func() error {
			size, files := sizeOf(s.home.Dir(v))
			mu.Lock()
			defer mu.Unlock()
			sizes[i] = size
			total += size.Own
			for id, bytes := range files {
				if !shared[id] {
					shared[id] = true
					total += bytes
				}
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
	return sizes, total
}

// sizeOf measures a tree, and returns the bytes of each file that has names
// elsewhere.
func sizeOf(dir string) (size Size, shared map[fileID]int64) {
	shared = make(map[fileID]int64)
	names := make(map[fileID]uint64) // seen of files with several
	walkFiles(dir, func(f fileFacts) {
		if f.names < 2 {
			size.Own += f.bytes
			return
		}
		shared[f.id] = f.bytes
		names[f.id]++
		if names[f.id] == f.names {
			size.Own += f.bytes
			delete(shared, f.id)
		}
	})
	for _, bytes := range shared {
		size.Shared += bytes
	}
	return size, shared
}

// fileFacts are what a walk tells of a file or folder.
type fileFacts struct {
	id    fileID
	names uint64 // 1 for a folder
	bytes int64  // of its blocks
}
