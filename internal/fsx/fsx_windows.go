package fsx

// Flags of open: no file of this system would be waited for; whether it is a link
// is what the look before says.
const (
	nonBlock = 0
	noFollow = 0
)

// SyncDir puts the entries of dir on the disk. Windows has no call for it.
func SyncDir(string) error { return nil }
