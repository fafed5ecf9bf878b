package sumdb

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/gosw/gosw/internal/web"
)

// A Record is what proves the hash of a release for ever, with nothing but the
// database's key: its lines, the signed head of a tree, and the hashes that
// lead from the one to the other. It has about two kilobytes.
type Record struct {
	Key   string           `json:"key"`   // name and hash of the key, "sum.golang.org+033de0ae"
	ID    int64            `json:"id"`    // number of the record in the log
	Text  string           `json:"text"`  // its lines, as in go.sum
	Tree  string           `json:"tree"`  // signed note
	Proof tlog.RecordProof `json:"proof"` // from the record to the root of the tree
}

// A Witness is what a Record that holds says about itself.
type Witness struct {
	SumDB    string `json:"sumdb"`     // name of the database
	Key      string `json:"key"`       // name and hash of the key that signed
	Record   int64  `json:"record"`    // number of the record
	TreeSize int64  `json:"tree_size"` // of the signed tree
	TreeHash string `json:"tree_hash"`
}

// CheckRecord reports whether data, a [Record] in JSON, proves that the
// release that is module ("golang.org/toolchain@v0.0.1-…") has the hash h1. The
// key is that of sumdb, the value of GOSUMDB, or of the public database:
// never one that the record brings along. It needs no network. Every failure
// is a [*SecurityError].
func CheckRecord(data []byte, module, h1, sumdb string) (Witness, error) {
	witness, err := checkRecord(data, module, h1, sumdb)
	if err != nil {
		return Witness{}, &SecurityError{
			Op: "verifying the receipt of " + module, Reason: "its record does not match its checksum", Module: module,
			Details: []string{"checksum: " + web.CleanLine(h1), "record:   " + web.CleanLine(err.Error())},
		}
	}
	return witness, nil
}

func checkRecord(data []byte, module, h1, sumdb string) (Witness, error) {
	// The log has a hash of the module's go.mod, too, by "…@version/go.mod".
	if _, version, _ := strings.Cut(module, "@"); version == "" || strings.Contains(version, "/") {
		return Witness{}, fmt.Errorf("%q is not a module version", module)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Witness{}, err
	}
	tree, err := r.open(verifiers(sumdb))
	if err != nil {
		return Witness{}, err
	}
	// CheckRecord panics where a proof makes no sense at all.
	if r.ID < 0 || r.ID >= tree.N {
		return Witness{}, fmt.Errorf("no record %d in a tree of %d", r.ID, tree.N)
	}
	if err := tlog.CheckRecord(r.Proof, tree.N, tree.Hash, r.ID, tlog.RecordHash([]byte(r.Text))); err != nil {
		return Witness{}, fmt.Errorf("not in the signed tree: %w", err)
	}
	if got := r.checksums(module); len(got) != 1 || got[0] != h1 {
		return Witness{}, fmt.Errorf("it has %q for %s", got, module)
	}
	name, _, _ := strings.Cut(r.Key, "+")
	return Witness{SumDB: name, Key: r.Key, Record: r.ID, TreeSize: tree.N, TreeHash: tree.Hash.String()}, nil
}

// open returns the tree that r.Key has signed, if that is one of known.
func (r *Record) open(known []note.Verifier) (tlog.Tree, error) {
	n, err := note.Open([]byte(r.Tree), note.VerifierList(known...))
	if unknown := (*note.UnverifiedNoteError)(nil); errors.As(err, &unknown) {
		return tlog.Tree{}, errors.New("signed with an unknown key; is GOSUMDB the one it was installed with?")
	} else if err != nil {
		return tlog.Tree{}, err
	}
	sig := n.Sigs[0]
	if got := keyName(sig.Name, sig.Hash); got != r.Key {
		return tlog.Tree{}, fmt.Errorf("signed by %s, not by %s", got, r.Key)
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
		return tlog.Tree{}, err // the same signature, but not as it was written
	}
	return tlog.ParseTree([]byte(n.Text))
}

// checksums returns what the lines of r have for "path@version".
func (r *Record) checksums(module string) []string {
	path, version, _ := strings.Cut(module, "@")
	var found []string
	for line := range strings.SplitSeq(r.Text, "\n") {
		if hash, ok := strings.CutPrefix(line, path+" "+version+" "); ok {
			found = append(found, hash)
		}
	}
	return found
}

// verifiers returns the keys that are known: the one of the public database,
// and the one in GOSUMDB.
func verifiers(sumdb string) []note.Verifier {
	var known []note.Verifier
	for _, value := range []string{publicSumDB, sumdb} {
		db, err := parseSumDB(value)
		if err != nil || db.off || len(known) > 0 && db.key == publicSumDBKey {
			continue
		}
		known = append(known, db.verifier)
	}
	return known
}

func keyName(name string, hash uint32) string { return fmt.Sprintf("%s+%08x", name, hash) }

// record makes the Record of what o has looked up. The tiles are those that
// the look-up has just read; none is read again.
func (o *dbOps) record(m Module, h1 string) (Answer, error) {
	o.mu.Lock()
	answer, head, tree := o.answers["/lookup/"+m.String()], o.head, o.latest
	o.mu.Unlock()
	id, text, _, err := tlog.ParseRecord(answer)
	if err != nil {
		return Answer{}, err
	}
	proof, err := tlog.ProveRecord(tree.N, id, tlog.TileHashReader(tree, (*seenTiles)(o)))
	if err != nil {
		return Answer{}, err
	}
	key := o.client.verifier
	data, err := json.Marshal(Record{Key: keyName(key.Name(), key.KeyHash()), ID: id, Text: string(text), Tree: string(head), Proof: proof})
	if err != nil {
		return Answer{}, err
	}
	witness, err := checkRecord(data, m.String(), h1, o.client.key)
	return Answer{h1, data, witness}, err
}

// seenTiles are the tiles that a look-up has read, from the cache or from the
// database. Whether they are right is for tlog.TileHashReader to check.
type seenTiles dbOps

// Height returns the height that sumdb.Client has for tiles.
func (*seenTiles) Height() int { return 8 }

// SaveTiles does nothing: sumdb.Client has saved them.
func (*seenTiles) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles returns the data of tiles.
func (t *seenTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	o := (*dbOps)(t)
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := o.tile(tile)
		if err != nil {
			return nil, err
		}
		all[i] = data
	}
	return all, nil
}

// tile returns a tile as it is, or cut from the full one.
func (o *dbOps) tile(tile tlog.Tile) ([]byte, error) {
	full := tile
	full.W = 1 << full.H
	o.mu.Lock()
	exact, whole := o.answers["/"+tile.Path()], o.answers["/"+full.Path()]
	o.mu.Unlock()
	if exact != nil {
		return exact, nil
	}
	if whole != nil {
		return whole[:len(whole)/full.W*tile.W], nil
	}
	return o.ReadRemote("/" + tile.Path())
}
