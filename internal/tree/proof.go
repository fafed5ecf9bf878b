package tree

import "encoding/json"

// A Proof says where a toolchain came from and what proves it.
type Proof struct {
	Via    string `json:"via"`              // how it came here: "proxy", "dl", "modcache", "file" or "import"
	Source string `json:"source"`           // address of the archive, without credentials
	Size   int64  `json:"size"`             // bytes of the archive
	SHA256 string `json:"sha256,omitempty"` // of the archive, in hex, where it was compared with a published one
	H1     string `json:"h1"`               // hash over all files, as in go.sum
	Module string `json:"module"`           // golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64
	SumDB  SumDB  `json:"sumdb"`

	// Record proves H1 without the network; what is in it is for package sumdb to tell.
	Record json.RawMessage `json:"record,omitempty"`

	// Sums is the text that H1 is the hash of, see [Manifest].
	Sums []byte `json:"-"`

	Received int64 `json:"-"` // bytes that were downloaded
	Reused   int   `json:"-"` // files that came from a Reuse
	Final    bool  `json:"-"` // each file was made with the mode that it is to have
}

// SumDB is the state of the checksum database that vouched for a hash.
type SumDB struct {
	Name     string `json:"name"`
	TreeSize int64  `json:"tree_size"` // of the signed tree that has the record
	TreeHash string `json:"tree_hash"`
}
