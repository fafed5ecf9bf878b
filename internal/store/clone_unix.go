//go:build !linux && !darwin && !windows

package store

// open opens the file at path to read it. No link is followed on the way.
func (h *handle) open(path string) (rawFile, error) { return h.walk(path) }

// clone is not known here.
func (h *handle) clone(_ rawFile, _ string) error { return errCannot }

// link is not tried here.
func (h *handle) link(_ *handle, _ rawFile, _ fileID, _, _ string) error { return errCannot }
