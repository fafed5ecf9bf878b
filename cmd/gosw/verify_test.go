package main_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdFlip is "flip FILE BIT": one bit of FILE, in place, whatever its mode is.
func cmdFlip(ts *testscript.TestScript, _ bool, args []string) {
	bit, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(rewrite(ts.MkAbs(args[0]), func(data []byte) []byte {
		data[bit/8] ^= 1 << (bit % 8)
		return data
	}))
}

// cmdAlter is "alter FILE OLD NEW": a text in FILE becomes another.
func cmdAlter(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(rewrite(ts.MkAbs(args[0]), func(data []byte) []byte {
		return bytes.Replace(data, []byte(args[1]), []byte(args[2]), 1)
	}))
}

// cmdForge is "forge VERSION FILE": FILE of a toolchain is altered, and so are
// manifest and receipt, so that all of them agree.
func cmdForge(ts *testscript.TestScript, _ bool, args []string) {
	store := ts.Getenv("STORE")
	sums := filepath.Join(store, "receipts", args[0]+".sums")
	var before, after string
	ts.Check(rewrite(filepath.Join(store, "toolchains", args[0], args[1]), func(data []byte) []byte {
		before = fmt.Sprintf("%x", sha256.Sum256(data))
		data = append(data, "# altered\n"...)
		after = fmt.Sprintf("%x", sha256.Sum256(data))
		return data
	}))
	var oldH1, newH1 string
	ts.Check(rewrite(sums, func(data []byte) []byte {
		oldH1 = h1(data)
		data = bytes.Replace(data, []byte(before), []byte(after), 1)
		newH1 = h1(data)
		return data
	}))
	ts.Check(rewrite(filepath.Join(store, "receipts", args[0]+".json"), func(data []byte) []byte {
		return bytes.ReplaceAll(data, []byte(oldH1), []byte(newH1)) // in the record, too
	}))
}

func h1(sums []byte) string {
	sum := sha256.Sum256(sums)
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

func rewrite(file string, change func([]byte) []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := os.Chmod(file, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(file, change(data), 0o644); err != nil {
		return err
	}
	return os.Chmod(file, info.Mode())
}

// cmdPadded is "padded VERSION N": a new release has N more files of 64 KiB.
func cmdPadded(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(server(ts).AddPadded(args[0], n))
}

// cmdReceived is "received N": at most N bytes of zips were sent since the
// last "requests reset".
func cmdReceived(ts *testscript.TestScript, neg bool, args []string) {
	most, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	if got := server(ts).Sent(".zip"); got > most != neg {
		ts.Fatalf("%d bytes of zips were sent, at most %d is to be %v", got, most, !neg)
	}
}

// TestRepairWhileRunning repairs a toolchain again and again while its go is
// run without a break, and while a process has its working directory there:
// both find all they need at any time, and the old trees go at last.
func TestRepairWhileRunning(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.22.4")
	tree := s.store("toolchains", "go1.22.4")
	resident := exec.CommandContext(t.Context(), "/bin/sh", "-c", `while read -r line; do cat fmt/print.go >/dev/null || exit 7; echo "$line"; done`)
	resident.Dir = filepath.Join(tree, "src")
	input, err := resident.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := resident.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := resident.Start(); err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	var runs atomic.Int64
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			out, err := exec.Command(filepath.Join(tree, "bin", "go"), "env", "GOROOT").CombinedOutput()
			if _, statErr := os.Stat(strings.TrimSpace(string(out))); err != nil || statErr != nil {
				t.Errorf("go env GOROOT: %v, %v\n%s", err, statErr, out)
			}
			if out, err := exec.Command(filepath.Join(tree, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, "compile")).CombinedOutput(); err != nil {
				t.Errorf("compile: %v\n%s", err, out)
			}
			runs.Add(1)
		}
	}()
	answer := make([]byte, 3)
	for range 10 {
		if err := rewrite(filepath.Join(tree, "LICENSE"), func([]byte) []byte { return []byte("Do not.\n") }); err != nil {
			t.Fatal(err)
		}
		s.run("repair")
		if got := s.run("verify"); got != "go1.22.4: ok\n" {
			t.Errorf("verify: %q", got)
		}
		if _, err := input.Write([]byte("go\n")); err != nil {
			t.Fatal(err)
		}
		if n, err := output.Read(answer); err != nil || string(answer[:n]) != "go\n" {
			t.Fatalf("the process in the tree says %q, %v", answer[:n], err)
		}
	}
	close(stop)
	<-done
	_ = input.Close()
	if err := resident.Wait(); err != nil {
		t.Errorf("the process in the tree: %v", err)
	}
	t.Logf("10 repairs during %d runs", runs.Load())
	s.run("repair")
	s.run("install", "1.22.4")
	s.checkStaging()
	s.checkWhole()
}
