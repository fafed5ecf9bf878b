package store

import "github.com/gosw/gosw/internal/gover"

// Sums returns the manifest of an installed toolchain as it stands there: to be
// compared with the receipt's H1, and that with the receipt's record, before it
// says anything.
func (s *Store) Sums(v gover.Version) ([]byte, error) { return readFile(s.sumsFile(v)) }
