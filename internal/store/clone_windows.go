package store

// clone is not known here.
func (h *handle) clone(_ rawFile, _ string) error { return errCannot }

// link is not tried here: Windows does not tell who may write to a file by its
// mode.
func (h *handle) link(_ *handle, _ rawFile, _ fileID, _, _ string) error { return errCannot }
