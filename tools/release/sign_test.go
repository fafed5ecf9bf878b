package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

const sums = "0000000000000000000000000000000000000000000000000000000000000000  gosw_1.2.3_linux_amd64.tar.gz\n"

// signed makes keys of the names given and a directory that they have signed.
func signed(t *testing.T, names ...string) (dist, keys string) {
	t.Helper()
	dist, keys = t.TempDir(), t.TempDir()
	for _, name := range names {
		if err := makeKey(name, keys); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dist, "SHA256SUMS"), []byte(sums), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := sign(release{dir: dist, version: "v1.2.3", compiler: "go1.26.8", h1: "h1:x"}, keys); err != nil {
		t.Fatal(err)
	}
	return dist, keys
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestNote opens a note that two keys have signed with each of them, as a gosw that
// knows the old or the new key does.
func TestNote(t *testing.T) {
	t.Parallel()
	dist, keys := signed(t, "gosw-2026", "gosw-2027")
	text := read(t, dist, "release.note")
	for _, name := range []string{"gosw-2026", "gosw-2027"} {
		verifier, err := note.NewVerifier(strings.TrimSpace(read(t, keys, name+".note.pub")))
		if err != nil {
			t.Fatal(err)
		}
		got, err := note.Open([]byte(text), note.VerifierList(verifier))
		if err != nil {
			t.Fatal(err)
		}
		if want := "gosw v1.2.3\ngo1.26.8\nh1:x\n" + sums; got.Text != want {
			t.Errorf("%s: the note says %q, want %q", name, got.Text, want)
		}
		if _, err := note.Open([]byte(strings.Replace(text, "000", "001", 1)), note.VerifierList(verifier)); err == nil {
			t.Error("a changed hash passes")
		}
	}
}

// TestByHand verifies a note without the library that made it.
func TestByHand(t *testing.T) {
	t.Parallel()
	dist, keys := signed(t, "gosw-2026")
	text, signature, _ := strings.Cut(read(t, dist, "release.note"), "\n\n")
	fields := strings.Fields(signature) // "— NAME base64(4 bytes of hash, signature)"
	sig, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil {
		t.Fatal(err)
	}
	_, public, _ := strings.Cut(read(t, keys, "gosw-2026.note.pub"), "+")
	_, public, _ = strings.Cut(strings.TrimSpace(public), "+")
	key, err := base64.StdEncoding.DecodeString(public) // 1 byte of algorithm, key
	if err != nil {
		t.Fatal(err)
	}
	if !ed25519.Verify(key[1:], []byte(text+"\n"), sig[4:]) {
		t.Error("the signature is not that of the key")
	}
}

// TestMinisign has Debian's minisign verify what we sign.
func TestMinisign(t *testing.T) {
	t.Parallel()
	dist, keys := signed(t, "gosw-2026")
	verify := func() ([]byte, error) {
		return exec.Command("minisign", "-V", "-p", filepath.Join(keys, "gosw-2026.minisign.pub"), "-m", filepath.Join(dist, "SHA256SUMS")).CombinedOutput()
	}
	if out, err := verify(); err != nil || !bytes.Contains(out, []byte("gosw v1.2.3")) {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dist, "SHA256SUMS"), []byte(strings.Replace(sums, "000", "001", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(); err == nil {
		t.Errorf("a changed file passes:\n%s", out)
	}
}

// TestSignTwice signs the same release twice: the bytes are the same, so that a
// signature is no reason for a release to differ.
func TestSignTwice(t *testing.T) {
	t.Parallel()
	dist, keys := signed(t, "gosw-2026")
	before := read(t, dist, "release.note") + read(t, dist, "SHA256SUMS.minisig")
	if err := sign(release{dir: dist, version: "v1.2.3", compiler: "go1.26.8", h1: "h1:x"}, keys); err != nil {
		t.Fatal(err)
	}
	if after := read(t, dist, "release.note") + read(t, dist, "SHA256SUMS.minisig"); after != before {
		t.Errorf("%q differs from %q", after, before)
	}
}

// TestKeyPlaces keeps keys out of repositories, and those that are there.
func TestKeyPlaces(t *testing.T) {
	t.Parallel()
	repository := t.TempDir()
	if err := os.Mkdir(filepath.Join(repository, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := makeKey("gosw-2026", filepath.Join(repository, "a", "b")); err == nil {
		t.Error("a key was made in a repository")
	}
	_, keys := signed(t, "gosw-2026")
	before := read(t, keys, "gosw-2026.note")
	if err := makeKey("gosw-2026", keys); err == nil || read(t, keys, "gosw-2026.note") != before {
		t.Error("a key that was there is gone")
	}
	if err := sign(release{dir: t.TempDir()}, t.TempDir()); err == nil {
		t.Error("signed without a key")
	}
}
