//go:build !windows

package main_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// needed are packages of programs that scripts need besides.
var needed []string

// scriptDir returns the directory with the scripts.
func scriptDir(*testing.T) string { return "testdata/script" }

func setupPlatform(*testscript.Env) {}

// cmdRun is what exec is on Windows.
func cmdRun(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("use exec") }

func slashes(text string) string { return text }

// notHere reports whether name is that of an entry that a store has elsewhere only.
func notHere(string) bool { return false }
