package sumdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/web"
)

// A Head is a signed state of a database's log.
type Head struct {
	tlog.Tree
	Note []byte // as it was signed
}

// headTitle is the first line of each signed head.
const headTitle = "go.sum database tree\n"

// ParseHeads reads the signed heads in data, one after the other, such as the file
// "latest" that the go command and gosw keep. All have to be signed by the
// database's key.
func (c *Client) ParseHeads(data []byte) ([]Head, error) {
	var heads []Head
	for i, text := range strings.Split(string(data), headTitle) {
		if i == 0 && strings.TrimSpace(text) == "" {
			continue
		}
		head, err := c.parseHead([]byte(headTitle + strings.TrimRight(text, "\n") + "\n"))
		if err != nil || i == 0 {
			return nil, fmt.Errorf("not signed tree heads of %s: %w", c.name, cmp.Or(err, errors.New("text before the first")))
		}
		heads = append(heads, head)
	}
	return heads, nil
}

func (c *Client) parseHead(data []byte) (Head, error) {
	n, err := note.Open(data, note.VerifierList(c.verifier))
	if err != nil {
		return Head{}, err
	}
	tree, err := tlog.ParseTree([]byte(n.Text))
	return Head{tree, data}, err
}

// Newest returns the head of the largest tree, the zero Head if there is none.
func Newest(heads []Head) (newest Head) {
	for _, head := range heads {
		if head.N >= newest.N {
			newest = head
		}
	}
	return newest
}

// Seen returns the newest head that this user has seen, none if there is none.
func (c *Client) Seen() ([]Head, error) { return c.readHeads("latest") }

// Given returns the heads that were given to others from here: a copy of the database
// has to join them to its own.
func (c *Client) Given() ([]Head, error) { return c.readHeads("given") }

func (c *Client) readHeads(name string) ([]Head, error) {
	file := filepath.Join(c.cfg.StateDir, filepath.FromSlash(c.name), name)
	data, err := fsx.Read(file, maxDBAnswer, fsx.Follow)
	if fsx.IsAbsent(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read tree heads: %w", err)
	}
	heads, err := c.ParseHeads(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return heads, nil
}

// Give notes that head was given to others.
func (c *Client) Give(head Head) error {
	file := filepath.Join(c.cfg.StateDir, filepath.FromSlash(c.name), "given")
	unlock, err := lockHead(file)
	if err != nil {
		return err
	}
	defer unlock()
	heads, err := c.Given()
	if err != nil || slices.ContainsFunc(heads, head.Equal) {
		return err
	}
	return fsx.Replace(file, FormatHeads(append(heads, head)), 0o600, fsx.Replacing{Durable: true})
}

// Equal reports whether both are of the same tree.
func (h Head) Equal(other Head) bool { return h.Tree == other.Tree }

// FormatHeads returns what [Client.ParseHeads] reads: each tree once, in the order of their sizes.
func FormatHeads(heads []Head) []byte {
	heads = slices.Clone(heads)
	slices.SortStableFunc(heads, func(a, b Head) int { return cmp.Compare(a.N, b.N) })
	var text []byte
	for _, head := range slices.CompactFunc(heads, Head.Equal) {
		text = append(text, head.Note...)
	}
	return text
}

// Latest asks the database for its newest head. Nothing is proven of it but its
// signature.
func (c *Client) Latest(ctx context.Context) (Head, error) {
	data, err := c.newDBOps(ctx).ReadRemote("/latest")
	if err == nil {
		var head Head
		if head, err = c.parseHead(data); err == nil {
			return head, nil
		}
	}
	return Head{}, &DatabaseError{Op: "read the newest tree head", Name: c.name, Err: err}
}

// ParseLookup reads a database's answer about a module version: its record, and
// the head that came with it.
func (c *Client) ParseLookup(data []byte) (Record, Head, error) {
	id, text, rest, err := tlog.ParseRecord(data)
	if err != nil {
		return Record{}, Head{}, err
	}
	head, err := c.parseHead(rest)
	return Record{ID: id, Text: string(text), Tree: string(rest)}, head, err
}

// older returns the error of a database whose newest head is older than one that was seen before,
// nil if that is not why a tile is missing. The go command's code reads the tiles of what was seen first.
func (o *dbOps) older(op string, missing error) *OlderError {
	if missing == nil || o.latest.N == 0 {
		return nil
	}
	data, err := o.readRemote("/latest")
	if err != nil {
		return nil // then nothing more is known of why
	}
	head, err := o.client.parseHead(data)
	if err != nil || head.N >= o.latest.N {
		return nil
	}
	return &OlderError{op, o.client.name, head.N, o.latest.N, missing}
}

// FormatLookup is the answer about the module version that r is of, with this head.
func FormatLookup(r Record, head Head) ([]byte, error) {
	data, err := tlog.FormatRecord(r.ID, []byte(r.Text))
	return append(data, head.Note...), err
}

// H1 returns the checksum that r has for module, "path@version", "" if it has none or several.
func (r *Record) H1(module string) string {
	if sums := r.checksums(module); len(sums) == 1 {
		return sums[0]
	}
	return ""
}

// A Reading returns a tile by its path, "tile/8/0/x123/456". One that is not there is
// [fs.ErrNotExist].
type Reading func(path string) ([]byte, error)

// Prove returns all tiles, by path, that a client needs which takes the log's state
// from head: to find records in it, and to see that it continues each earlier tree. All of
// it is proven on the way, by the go command's own code; what fails is a
// [*SecurityError], a tile that can't be read a [*TileError].
func (c *Client) Prove(head Head, records []Record, earlier []Head, read Reading) (map[string][]byte, error) {
	p := &prover{head: head, read: read, seen: make(map[tlog.Tile][]byte), proven: make(map[string][]byte)}
	hashes := tlog.TileHashReader(head.Tree, p)
	for _, before := range append(slices.Clone(earlier), head) {
		if before.N > head.N {
			return nil, fmt.Errorf("tree of %d records can't be part of one of %d", before.N, head.N)
		}
		// A client that starts reads the tiles at the end of the tree that it has seen.
		if _, err := tlog.TileHashReader(before.Tree, p).ReadHashes(nil); err != nil {
			return nil, p.judge(c, err)
		}
		got, err := tlog.TreeHash(before.N, hashes)
		if err != nil {
			return nil, p.judge(c, err)
		}
		if got != before.Hash {
			return nil, c.contradiction("comparing signed trees", "the checksum database contradicts its earlier answers",
				slices.Concat(forkLines(string(before.Note)), forkLines(string(head.Note)))...)
		}
	}
	for _, r := range records {
		if r.ID < 0 || r.ID >= head.N {
			return nil, fmt.Errorf("record %d is not in a tree of %d records", r.ID, head.N)
		}
		got, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, r.ID)})
		if err != nil {
			return nil, p.judge(c, err)
		}
		if got[0] != tlog.RecordHash([]byte(r.Text)) {
			first, _, _ := strings.Cut(r.Text, "\n")
			return nil, c.contradiction("verifying a record", "the checksum database has another record", "not in it: "+web.CleanLine(first))
		}
	}
	return p.proven, nil
}

func (c *Client) contradiction(op, reason string, details ...string) *SecurityError {
	return &SecurityError{Op: op, Reason: reason, Module: c.name, Details: append([]string{"checksum database: " + c.name}, details...)}
}

// A TileError says that a tile can't be read without which nothing is proven about a
// tree.
type TileError struct {
	Path string // of the tile
	Size int64  // of the tree
	Err  error
}

func (e *TileError) Error() string {
	return fmt.Sprintf("no %s, which the tree of %d records needs: %v", e.Path, e.Size, e.Err)
}

func (e *TileError) Unwrap() error { return e.Err }

// A prover is what tlog.TileHashReader reads by. It keeps what it has read.
type prover struct {
	head   Head
	read   Reading
	seen   map[tlog.Tile][]byte
	proven map[string][]byte
	failed error
}

// Height returns the height that the go command has for tiles.
func (*prover) Height() int { return 8 }

// SaveTiles is told of tiles that are right.
func (p *prover) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		p.proven[tile.Path()] = data[i]
	}
}

// ReadTiles returns the data of tiles.
func (p *prover) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, ok := p.seen[tile]
		if !ok {
			var err error
			if data, err = p.tile(tile); err != nil {
				p.failed = &TileError{tile.Path(), p.head.N, err}
				return nil, p.failed
			}
			p.seen[tile] = data
		}
		all[i] = data
	}
	return all, nil
}

// tile reads a tile as it is, or cuts it from the full one, as the go command does.
func (p *prover) tile(tile tlog.Tile) ([]byte, error) {
	data, err := p.read(tile.Path())
	full := tile
	full.W = 1 << full.H
	if err != nil && tile != full {
		if whole, fullErr := p.read(full.Path()); fullErr == nil {
			data, err = whole, nil
		}
	}
	if size := tile.W * tlog.HashSize; err == nil && len(data) >= size {
		return data[:size], nil
	}
	return nil, cmp.Or(err, errors.New("too short"))
}

// judge tells a tile that is not there from one that is wrong.
func (p *prover) judge(c *Client, err error) error {
	if p.failed != nil {
		return p.failed
	}
	return c.contradiction("reading the log", "the checksum database's tiles do not match its signed tree", web.CleanLine(err.Error()))
}

// Tiles is Prove with tiles from have, then from this machine's caches, then from the
// database. What a disk may have damaged is read again from the database.
func (c *Client) Tiles(ctx context.Context, head Head, records []Record, earlier []Head, have Reading) (map[string][]byte, error) {
	ops := c.newDBOps(ctx)
	remote := func(path string) ([]byte, error) { return ops.ReadRemote("/" + path) }
	cached := func(path string) ([]byte, error) { return ops.ReadCache(c.name + "/" + path) }
	tiles, err := c.Prove(head, records, earlier, firstOf(have, cached, remote))
	if errors.As(err, new(*SecurityError)) {
		tiles, err = c.Prove(head, records, earlier, remote)
	}
	for path, data := range tiles {
		ops.WriteCache(c.name+"/"+path, data)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return tiles, err
}

// firstOf reads by the first of ways that knows a tile.
func firstOf(ways ...Reading) Reading {
	return func(path string) (data []byte, err error) {
		for _, read := range ways {
			if data, err = read(path); err == nil || !errors.Is(err, fs.ErrNotExist) && !fsx.IsAbsent(err) {
				return data, err
			}
		}
		return nil, err
	}
}

// Tile asks the database for a tile, by its path. Nothing is proven of it.
func (c *Client) Tile(ctx context.Context, path string) ([]byte, error) {
	return c.newDBOps(ctx).readRemote("/" + path)
}
