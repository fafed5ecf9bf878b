package cli

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// forEach begins to call do with each number below n, as many at once as there are
// CPUs, and returns what waits for the end. For many short calls it is cheaper than
// a goroutine for each, every one of which would make its stack grow.
func forEach(n int, do func(i int)) (wait func()) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	return group.Wait
}
