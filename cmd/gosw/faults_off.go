//go:build !faults || !linux

package main

// faults returns nothing: only a test build can be made to fail.
func faults() func(string) error { return nil }
