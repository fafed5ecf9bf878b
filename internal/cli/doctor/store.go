package doctor

import (
	"context"
	"sync"

	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// storeInputs are what the store's checks look at.
func (p *patient) storeInputs() doctor.Store {
	s := doctor.Store{Machine: p.machine, Err: p.storeErr, Tell: p.found}
	s.Shim, s.Programs, s.ShimErr = upkeep.Shims(p.App, p.machine.Store)
	if p.store == nil {
		return s
	}
	s.PathErr = upkeep.FitsPath(string(p.store.Home()))
	s.PlaceShims = func(ctx context.Context) error { return upkeep.PlaceShims(ctx, p.App, p.store) }
	s.Keeper, s.Receipts = p.store, p.startReceipts()
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
