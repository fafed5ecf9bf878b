//go:build unix

package fetch

import (
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// The umask is the whole process's, so this test is not parallel: it runs
// while those that are wait.
func TestUmask(t *testing.T) {
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	defer syscall.Umask(syscall.Umask(0o077))
	dir, _, err := fetchInto(t, c, "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, dir, "go1.22.4")
}
