package sumdb

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

const testKey = "sum.example.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

func TestParseSumDB(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value, name, direct, fixed string
		problem                    string
	}{
		{value: "sum.golang.org", name: "sum.golang.org", direct: "https://sum.golang.org"},
		{value: "  sum.golang.org ", name: "sum.golang.org", direct: "https://sum.golang.org"},
		{value: "sum.golang.google.cn", name: "sum.golang.org", direct: "https://sum.golang.org", fixed: "https://sum.golang.google.cn"},
		{value: publicSumDBKey, name: "sum.golang.org", direct: "https://sum.golang.org"},
		{value: "sum.golang.org https://example.com/db", name: "sum.golang.org", direct: "https://sum.golang.org", fixed: "https://example.com/db"},
		{value: publicSumDBKey + "\thttp://127.0.0.1:99", name: "sum.golang.org", direct: "https://sum.golang.org", fixed: "http://127.0.0.1:99"},
		{value: "off"},
		{value: "", problem: "GOSUMDB is empty"},
		{value: " ", problem: "GOSUMDB is empty"},
		{value: "sum.example.org", problem: `neither a known name nor a key: "sum.example.org"`},
		{value: testKey, problem: "neither a known name nor a key"}, // the hash is that of another name
		{value: "a b c", problem: "more than a key and a URL"},
		{value: "sum.golang.org ftp://example.com", problem: "unknown scheme"},
		{value: "sum.golang.org https://me:secret@exa mple.com", problem: "more than"},
		{value: "sum.golang.org https://me:secret@%zz", problem: "not a URL (not shown"},
	} {
		db, err := parseSumDB(test.value)
		if test.problem != "" {
			if err == nil || !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: err = %v, want %q", test.value, err, test.problem)
			}
			continue
		}
		if err != nil || db.name != test.name || db.off != (test.value == "off") {
			t.Errorf("%q: %+v, %v", test.value, db, err)
			continue
		}
		if test.direct != "" && db.direct.String() != test.direct {
			t.Errorf("%q: direct %s, want %s", test.value, db.direct, test.direct)
		}
		if (db.fixed != nil) != (test.fixed != "") || db.fixed != nil && db.fixed.String() != test.fixed {
			t.Errorf("%q: fixed %v, want %q", test.value, db.fixed, test.fixed)
		}
	}
}

func TestDirectURL(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "/", "example.com/", "..", "../x", "example.com/../../x", "me@example.com", "example.com?x", "example.com#x", "exa mple", "a%2fb/x"} {
		if u, err := directURL(name); err == nil {
			t.Errorf("directURL(%q) = %v", name, u)
		}
	}
	if u, err := directURL("example.com/db"); err != nil || u.String() != "https://example.com/db" {
		t.Errorf("directURL = %v, %v", u, err)
	}
}

func TestWriteConfigConflict(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := openSumDB(t, s.Proxy(), Config{SumDB: s.SumDB(), CacheDir: t.TempDir(), StateDir: t.TempDir()})
	if _, err := c.Lookup(t.Context(), toySubject("1.22.4")); err != nil {
		t.Fatal(err)
	}
	ops := c.newDBOps(t.Context())
	file := fetchtest.SumDBName + "/latest"
	head, err := ops.ReadConfig(file)
	if err != nil || len(head) == 0 {
		t.Fatalf("ReadConfig = %q, %v", head, err)
	}
	if err := ops.WriteConfig(file, []byte("old"), head); err != sumdb.ErrWriteConflict { //nolint:errorlint // the contract is ==
		t.Errorf("WriteConfig = %v, want ErrWriteConflict", err)
	}
	if err := ops.WriteConfig(file, head, head); err != nil {
		t.Error(err)
	}
}

func TestLookupCanceled(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := openSumDB(t, s.Proxy(), Config{SumDB: s.SumDB(), CacheDir: t.TempDir(), StateDir: t.TempDir()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Lookup(ctx, toySubject("1.22.4"))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want Canceled", err)
	}
}

func FuzzParseSumDB(f *testing.F) {
	for _, value := range []string{"off", "sum.golang.org", publicSumDBKey + " https://u:p@example.com/x", "a+b+c", "..+033de0ae+Ac4z"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		db, err := parseSumDB(value)
		if err != nil || db.off {
			return
		}
		if !filepath.IsLocal(filepath.FromSlash(db.name)) || db.direct == nil || db.verifier == nil {
			t.Errorf("parseSumDB(%q) = %+v", value, db)
		}
	})
}
