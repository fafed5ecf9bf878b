package upkeep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
)

// Remove removes versions and says what became of each.
func Remove(ctx context.Context, a *app.App, st *store.Store, versions []gover.Version, wait bool) error {
	var errs []error
	for _, v := range versions {
		removed, err := st.Remove(ctx, v)
		if removed {
			a.UI.Note("uninstalled %v", v)
			errs = append(errs, UnlinkSDK(a, st.Home(), v))
		}
		errs = append(errs, err)
	}
	pending, err := st.Pending()
	errs = append(errs, err)
	for _, v := range versions {
		if users := pending[v]; len(users) > 0 {
			a.UI.Note("its files are deleted when process %d (%s), which uses it, ends", users[0].ID, users[0].Command)
		}
	}
	if wait && len(pending) > 0 {
		errs = append(errs, waitForUsers(ctx, a, st, versions))
	}
	return errors.Join(errs...)
}

// waitForUsers waits until nothing runs from versions, which are uninstalled,
// and has their files deleted.
func waitForUsers(ctx context.Context, a *app.App, st *store.Store, versions []gover.Version) error {
	timeout, err := a.LockTimeout()
	if err != nil {
		return err
	}
	late := time.After(timeout)
	for {
		if err := st.Tidy(ctx); err != nil {
			return err
		}
		pending, err := st.Pending()
		if err != nil {
			return err
		}
		still := slices.IndexFunc(versions, func(v gover.Version) bool { return len(pending[v]) > 0 })
		if still < 0 {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond): // no process is told of another's end
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late:
			v := versions[still]
			return fmt.Errorf("uninstall %v: process %d (%s) still uses it after %v",
				v, pending[v][0].ID, pending[v][0].Command, timeout)
		}
	}
}
