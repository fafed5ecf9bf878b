package cli

import "github.com/gosw/gosw/internal/toolchain"

// warnOwner is for systems that have a root and owners.
func (a *app) warnOwner(toolchain.Home) {}
