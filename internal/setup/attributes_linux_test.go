package setup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWriteRCAttributes demands that a start-up file keeps its extended
// attributes, and its list of who may read it: without it, the group's bits of
// its mode would be the group's, and not the bound of the list.
func TestWriteRCAttributes(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "rc")
	if err := os.WriteFile(name, []byte("a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{
		"user.gosw": []byte("value"),
		// user::rw-, user:1234:r--, group::---, mask::r--, other::---
		"system.posix_acl_access": []byte("\x02\x00\x00\x00" +
			"\x01\x00\x06\x00\xff\xff\xff\xff" + "\x02\x00\x04\x00\xd2\x04\x00\x00" +
			"\x04\x00\x00\x00\xff\xff\xff\xff" + "\x10\x00\x04\x00\xff\xff\xff\xff" + "\x20\x00\x00\x00\xff\xff\xff\xff"),
	}
	for attribute, value := range want {
		if err := unix.Setxattr(name, attribute, value, 0); errors.Is(err, unix.ENOTSUP) {
			delete(want, attribute) // this file system has none
		} else if err != nil {
			t.Fatal(err)
		}
	}
	file, err := Read(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Write("b\n"); err != nil {
		t.Fatal(err)
	}
	for attribute, value := range want {
		got := make([]byte, 100)
		n, err := unix.Getxattr(name, attribute, got)
		if err != nil || !bytes.Equal(got[:n], value) {
			t.Errorf("%s: %q, %v; want %q", attribute, got[:max(n, 0)], err, value)
		}
	}
}
