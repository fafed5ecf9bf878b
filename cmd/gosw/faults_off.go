//go:build !faults || (!linux && !windows)

package main

import "time"

// faults returns nothing: only a test build can be made to fail.
func faults() func(string) error { return nil }

// clock returns nothing: only a test build can be told the time.
func clock() func() time.Time { return nil }
