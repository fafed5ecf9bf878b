package fetchtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The ways in which a vulnerability database misbehaves. What else
// [Server.Misbehave] takes holds there, too.
const (
	VulnStatus500 = "vuln-500"     // every file is 500
	VulnGone      = "vuln-gone"    // an entry that the index has is 404
	VulnOther     = "vuln-other"   // each entry is that of another ID
	VulnPath      = "vuln-path"    // the index has an ID that leads elsewhere
	VulnBroken    = "vuln-broken"  // half an entry, as if that were all
	VulnNoGzip    = "vuln-no-gzip" // broken gzip
	VulnBomb      = "vuln-bomb"    // an entry that is large, in few bytes of gzip
	VulnEmpty     = "vuln-empty"   // the index has nothing about Go itself
	VulnControl   = "vuln-control" // summaries try to steer the terminal
)

// vulnDirectory is where the vulnerability database is.
const vulnDirectory = "/vulndb/"

// A Vuln is an entry of the vulnerability database.
type Vuln struct {
	ID        string `json:"id"`
	Modified  string `json:"modified"`
	Withdrawn string `json:"withdrawn,omitempty"`

	Aliases  []string       `json:"aliases,omitempty"`
	Summary  string         `json:"summary"`
	Affected []VulnAffected `json:"affected"`
}

// A VulnAffected is a module that is vulnerable between versions.
type VulnAffected struct {
	Package   VulnModule  `json:"package"`
	Ranges    []VulnRange `json:"ranges"`
	Ecosystem VulnImports `json:"ecosystem_specific"`
}

// A VulnModule names a module: "stdlib" or "toolchain" for Go itself.
type VulnModule struct {
	Name      string `json:"name"`
	Ecosystem string `json:"ecosystem"`
}

// A VulnRange has events with a field each, "introduced" or "fixed".
type VulnRange struct {
	Type   string              `json:"type"`
	Events []map[string]string `json:"events"`
}

// VulnImports are the packages that are vulnerable.
type VulnImports struct {
	Imports []VulnImport `json:"imports,omitempty"`
}

// A VulnImport is one of them, perhaps on some systems only.
type VulnImport struct {
	Path string   `json:"path"`
	GOOS []string `json:"goos,omitempty"`
}

// NewVuln returns an entry with one module. Events are versions: what has
// introduced it, what has fixed it, and so on.
func NewVuln(id, module, summary string, goos []string, events ...string) Vuln {
	r := VulnRange{Type: "SEMVER"}
	for i, version := range events {
		r.Events = append(r.Events, map[string]string{[]string{"introduced", "fixed"}[i%2]: version})
	}
	return Vuln{
		ID: id, Modified: "2026-01-02T03:04:05Z", Aliases: []string{"CVE-" + strings.TrimPrefix(id, "GO-")}, Summary: summary,
		Affected: []VulnAffected{{VulnModule{module, "Go"}, []VulnRange{r}, VulnImports{[]VulnImport{{"net/example", goos}}}}},
	}
}

// vulns are the entries that every server has.
func vulns() []Vuln {
	withdrawn := NewVuln("GO-2099-0004", "stdlib", "It was none", nil, "0")
	withdrawn.Withdrawn = "2025-01-02T03:04:05Z"
	return []Vuln{
		NewVuln("GO-2099-0001", "stdlib", "Stack exhaustion in net/example", nil, "0", "1.21.8", "1.22.0-0", "1.22.5"),
		NewVuln("GO-2099-0002", "toolchain", "Arbitrary code execution by go get", nil, "0", "1.26.10", "1.27.0-0", "1.27.4"),
		NewVuln("GO-2099-0003", "stdlib", "Reserved names on plan9", []string{"plan9"}, "0"),
		withdrawn,
		NewVuln("GO-2099-0005", "stdlib", "A candidate's own", nil, "1.28.0-0", "1.28.0-rc.2"),
		NewVuln("GO-2099-0006", "golang.org/x/example", "Not Go itself", nil, "0", "0.1.0"),
	}
}

// VulnDB returns the value for GOVULNDB.
func (s *Server) VulnDB() string { return s.http.URL + strings.TrimSuffix(vulnDirectory, "/") }

// BadVulnDB returns the address of a database that misbehaves.
func (s *Server) BadVulnDB(mode string) string {
	return s.Bad(mode) + strings.TrimSuffix(vulnDirectory, "/")
}

// AddVuln publishes an entry, or a new form of one.
func (s *Server) AddVuln(v Vuln) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vulns = append(slices.DeleteFunc(s.vulns, func(old Vuln) bool { return old.ID == v.ID }), v)
}

// VulnFiles returns the database as files by their names, such as
// "ID/GO-2099-0001.json", without gzip.
func (s *Server) VulnFiles() map[string][]byte {
	s.mu.Lock()
	list := slices.Clone(s.vulns)
	s.mu.Unlock()
	type listed struct {
		ID       string `json:"id"`
		Modified string `json:"modified"`
	}
	type module struct {
		Path  string   `json:"path"`
		Vulns []listed `json:"vulns"`
	}
	files := make(map[string][]byte)
	var index []module
	for _, v := range list {
		files["ID/"+v.ID+".json"] = marshal(v)
		path := v.Affected[0].Package.Name
		i := slices.IndexFunc(index, func(m module) bool { return m.Path == path })
		if i < 0 {
			i, index = len(index), append(index, module{Path: path})
		}
		index[i].Vulns = append(index[i].Vulns, listed{v.ID, v.Modified})
	}
	files["index/modules.json"] = marshal(index)
	return files
}

func marshal(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // the server's own content
	}
	return data
}

// serveVulnDB answers for the database: all its files have a form in gzip.
func (q *request) serveVulnDB(name string) {
	data, ok := q.server.VulnFiles()[strings.TrimSuffix(name, ".gz")]
	entry := strings.HasPrefix(name, "ID/")
	switch {
	case q.mode == VulnStatus500:
		q.status(http.StatusInternalServerError, "no database today")
		return
	case !ok || !strings.HasSuffix(name, ".gz") || q.mode == VulnGone && entry:
		q.missing("not found: " + name)
		return
	case q.mode == VulnEmpty && !entry:
		data = []byte(`[{"path":"example.com/x","vulns":[{"id":"GO-2099-0001"}]}]`)
	case q.mode == VulnPath && !entry:
		data = []byte(`[{"path":"stdlib","vulns":[{"id":"../index/modules"}]}]`)
	case q.mode == VulnOther && entry:
		data = marshal(NewVuln("GO-2099-9999", "stdlib", "another", nil, "0"))
	case q.mode == VulnControl && entry:
		id := strings.TrimSuffix(strings.TrimPrefix(name, "ID/"), ".json.gz")
		v := NewVuln(id, "stdlib", "\x1b[2J\x1b]0;title\a\u202egnp.exe\r\nok", nil, "0")
		v.Aliases = []string{"CVE-\x1b[31m1", "CVE-2099-1"}
		data = marshal(v)
	case q.mode == VulnBroken && entry:
		data = data[:len(data)/2]
	case q.mode == VulnBomb && entry:
		data = slices.Concat(data, []byte(strings.Repeat(" ", 20<<20)))
	}
	data = gzipped(data)
	if q.mode == VulnNoGzip {
		data = data[:12]
	}
	q.w.Header().Set("Content-Type", "application/gzip")
	q.w.Header().Set("ETag", strconv.Quote(hash(data)[:16]))
	if q.r.Header.Get("If-None-Match") == q.w.Header().Get("ETag") {
		q.w.WriteHeader(http.StatusNotModified)
		return
	}
	q.write(data)
}
