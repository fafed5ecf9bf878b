//go:build !linux

package store

import (
	"time"

	"github.com/gosw/gosw/internal/gover"
)

// LastUsed can't tell: elsewhere it depends on settings that can't be asked for.
func (s *Store) LastUsed(gover.Version) (last time.Time, ok bool) { return time.Time{}, false }
