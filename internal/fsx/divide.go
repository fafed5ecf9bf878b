package fsx

import (
	"context"
	"iter"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Divide calls work once for each processor, with its part of the numbers below
// n: each number goes to whoever asks first, so that large things are best
// counted first. The first error, or the end of ctx, ends every part before its
// next number, and is what Divide returns.
//
// For a few long tasks with a limit of their own there is errgroup's SetLimit;
// this is for thousands of short ones, which share what a worker sets up once.
func Divide(ctx context.Context, n int, work func(part iter.Seq[int]) error) error {
	var next atomic.Int64
	group, inner := errgroup.WithContext(ctx)
	part := func(yield func(int) bool) {
		for inner.Err() == nil {
			if i := int(next.Add(1)) - 1; i >= n || !yield(i) {
				return
			}
		}
	}
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() error { return work(part) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// Each calls do with each number below n, on all processors at once.
func Each(n int, do func(i int)) {
	_ = Divide(context.Background(), n, func(part iter.Seq[int]) error {
		for i := range part {
			do(i)
		}
		return nil
	})
}
