//go:build !linux && !windows

package store

// mayClone reports that files are not asked for the blocks that they share: there
// is no way here to do so.
func mayClone(_ int) bool { return false }

func cloned(_ int, _ string, _ uint64) []extent { return nil }
