package doctor

import (
	"context"
	"sync"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// storeInputs are what the store's checks look at.
func (p *patient) storeInputs() doctor.Store {
	s := doctor.Store{Machine: p.machine, Err: p.storeErr, Tell: p.finding}
	s.Shim, s.ShimErr = app.ShimProgram()
	if p.store == nil {
		return s
	}
	s.PathErr = upkeep.FitsPath(string(p.store.Home()))
	s.WrongShims = func() []string { return p.store.WrongShims(s.Shim) }
	s.WrongLinks, s.Leftovers, s.Receipts = p.store.WrongLinks, p.store.Unused, p.startReceipts()
	return s
}

// startReceipts begins to look at each receipt, and to hash the manifest of the
// version that applies here, which takes as long as all that is looked at
// meanwhile. What it returns waits for the end. The files themselves are for
// --deep.
func (p *patient) startReceipts() (wait func() []doctor.Receipt) {
	installed, _ := p.store.Home().Installed() // the check "store" tells what is wrong
	gover.NewestFirst(installed)
	receipts := make([]doctor.Receipt, len(installed))
	here := p.machine.Version
	look := func(i int) {
		v := installed[i]
		receipt, err := p.store.Glance(v, v == here)
		receipts[i] = doctor.Receipt{Version: v, Err: err, Repair: upkeep.RepairOf(p.App, p.store.Home(), v)}
		if receipt != nil {
			receipts[i].Installed = receipt.Installed
		}
	}
	var group sync.WaitGroup
	group.Go(func() { fsx.Each(len(installed), look) })
	return func() []doctor.Receipt { group.Wait(); return receipts }
}

// storeRepairs mend what is the store's own, by the check that finds it.
func (p *patient) storeRepairs() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"shims":     func(ctx context.Context) error { return upkeep.PlaceShims(ctx, p.App, p.store) },
		"links":     func(ctx context.Context) error { return p.store.Relink(ctx) },
		"leftovers": func(ctx context.Context) error { return p.store.Tidy(ctx) },
	}
}
