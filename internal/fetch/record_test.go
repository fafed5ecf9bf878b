package fetch

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
)

// recordOf returns the record that a fetch keeps, in JSON.
func recordOf(t *testing.T, s *fetchtest.Server, c *Client) ([]byte, *tree.Proof) {
	t.Helper()
	_, proof, err := fetchInto(t, c, "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(proof.Record)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 3000 {
		t.Errorf("record has %d bytes", len(data))
	}
	if strings.Contains(string(data), s.SumDB()) {
		t.Error("record brings its key along")
	}
	return data, proof
}

func TestRecord(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.22.5")
	c := newClient(t, s, nil)
	data, proof := recordOf(t, s, c)
	module := proof.Module
	w, err := sumdb.CheckRecord(data, module, proof.H1, s.SumDB())
	if err != nil {
		t.Fatal(err)
	}
	if w.SumDB != fetchtest.SumDBName || w.TreeSize != proof.SumDB.TreeSize || w.TreeHash != proof.SumDB.TreeHash || w.Record != 5 {
		t.Errorf("witness = %+v, proof = %+v", w, proof)
	}
	// From the cache alone the same record comes.
	if again, _ := recordOf(t, s, c); string(again) != string(data) {
		t.Errorf("record = %s, then %s", data, again)
	}
	for name, err := range map[string]error{
		"another hash":      second(sumdb.CheckRecord(data, module, s.H1("1.22.5"), s.SumDB())),
		"another release":   second(sumdb.CheckRecord(data, strings.Replace(module, "1.22.4", "1.22.5", 1), proof.H1, s.SumDB())),
		"go.mod's hash":     second(sumdb.CheckRecord(data, module+"/go.mod", goModH1(t, data), s.SumDB())),
		"a prefix":          second(sumdb.CheckRecord(data, module[:len(module)-1], proof.H1, s.SumDB())),
		"unknown key":       second(sumdb.CheckRecord(data, module, proof.H1, "sum.golang.org")),
		"key of a stranger": second(sumdb.CheckRecord(data, module, proof.H1, fetchtest.NewServer(t).SumDB())),
		"database off":      second(sumdb.CheckRecord(data, module, proof.H1, "off")),
		"nothing":           second(sumdb.CheckRecord(nil, module, proof.H1, s.SumDB())),
		"no record":         second(sumdb.CheckRecord([]byte("{}"), module, proof.H1, s.SumDB())),
	} {
		if security := (*sumdb.SecurityError)(nil); !errors.As(err, &security) {
			t.Errorf("%s: %v, want a SecurityError", name, err)
		}
	}
}

// goModH1 returns the hash that a record has for the module's go.mod.
func goModH1(t *testing.T, data []byte) string {
	t.Helper()
	var r sumdb.Record
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	_, hash, found := strings.Cut(r.Text, "/go.mod ")
	if !found {
		t.Fatalf("no go.mod in %q", r.Text)
	}
	return strings.TrimSpace(hash)
}

func second(_ sumdb.Witness, err error) error { return err }

// TestRecordFlips flips every bit of a record: either it proves nothing any
// more, or it is still the same record (JSON has several spellings).
func TestRecordFlips(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	data, proof := recordOf(t, s, newClient(t, s, nil))
	var want sumdb.Record
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	module := proof.Module
	caught := 0
	for i := range len(data) * 8 {
		data[i/8] ^= 1 << (i % 8)
		_, err := sumdb.CheckRecord(data, module, proof.H1, s.SumDB())
		var got sumdb.Record
		switch {
		case err != nil:
			caught++
		case json.Unmarshal(data, &got) != nil || !reflect.DeepEqual(got, want):
			t.Errorf("bit %d goes unseen: %s", i, data)
		}
		data[i/8] ^= 1 << (i % 8)
	}
	t.Logf("%d of %d flips make the record worthless, the others change nothing that it says", caught, len(data)*8)
}

// A record of the public database, as it was on a day of 2026, holds with the key
// that is built in, and without a network.
func TestPublicRecord(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/record.json")
	if err != nil {
		t.Fatal(err)
	}
	const module, h1 = release.Module + "@v0.0.1-go1.26.8.linux-amd64", "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM="
	if w, err := sumdb.CheckRecord(data, module, h1, "sum.golang.org"); err != nil || w.SumDB != "sum.golang.org" || w.Key != "sum.golang.org+033de0ae" {
		t.Errorf("%+v, %v", w, err)
	}
	for name, altered := range map[string]string{
		"another hash":    strings.Replace(string(data), "ZOmGe1On", "ZOmGe1Om", 1),
		"another release": strings.ReplaceAll(string(data), "go1.26.8", "go1.26.7"),
		"another number":  strings.Replace(string(data), `"id": 6`, `"id": 5`, 1),
	} {
		if altered == string(data) {
			t.Errorf("%s: nothing altered", name)
		}
		if _, err := sumdb.CheckRecord([]byte(altered), module, h1, "sum.golang.org"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
