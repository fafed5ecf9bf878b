//go:build !linux && !darwin

package store

import "github.com/gosw/gosw/internal/tree"

// clone is not known here.
func (h *handle) clone(_ tree.Raw, _ string) error { return errCannot }

// link is not tried here: Windows, for one, does not tell who may write to a file by its
// mode.
func (h *handle) link(_ *handle, _ tree.Raw, _ fileID, _, _ string) error { return errCannot }
