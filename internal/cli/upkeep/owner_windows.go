package upkeep

import (
	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/toolchain"
)

// WarnOwner is for systems that have a root and owners.
func WarnOwner(a *app.App, _ toolchain.Home) {}
