package fetchtest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The ways in which go.dev/dl misbehaves. What else [Server.Misbehave] takes
// holds there, too.
const (
	DLStatus500    = "dl-500"           // the index is 500
	DLHTML         = "dl-html"          // the index is a web page
	DLPage         = "dl-page"          // the same, said to be JSON
	DLEmpty        = "dl-empty"         // the index is empty
	DLObject       = "dl-object"        // the index is a JSON object
	DLCut          = "dl-cut"           // half an index, as if that were all
	DLTruncated    = "dl-truncated"     // half an index, then the connection ends
	DLHuge         = "dl-huge"          // the index does not end
	DLBomb         = "dl-bomb"          // the same, in few bytes of gzip
	DLNoGzip       = "dl-no-gzip"       // gzip is said, but not sent
	DLNoHash       = "dl-no-hash"       // no archive has a hash
	DLBadHash      = "dl-bad-hash"      // what should be a hash is none
	DLNoETag       = "dl-no-etag"       // no way to ask whether the index has changed
	DLLastModified = "dl-last-modified" // only by its time
)

// others are the platforms that each release is listed for besides the
// server's own.
var others = []string{"darwin-arm64", "linux-armv6l", "windows-amd64"}

// lastModified is the time of every index under DLLastModified.
const lastModified = "Tue, 02 Jan 2024 03:04:05 GMT"

// BadDL returns the base URL of one that misbehaves.
func (s *Server) BadDL(mode string) string { return s.Bad(mode) + "/dl/" }

type indexRelease struct {
	Version string      `json:"version"`
	Stable  bool        `json:"stable"`
	Files   []indexFile `json:"files"`
}

type indexFile struct {
	Filename string `json:"filename"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Version  string `json:"version"`
	SHA256   string `json:"sha256"`
	Size     int    `json:"size"`
	Kind     string `json:"kind"`
}

// Index returns the index of what is listed, with what a client has to skip.
func (s *Server) Index() []byte { return (&request{server: s}).index() }

func (q *request) index() []byte {
	list := []indexRelease{{"go1.9.2rc2", true, []indexFile{madeUp("go1.9.2rc2", "linux-amd64")}}}
	listed := q.server.listed()
	for i, t := range slices.Backward(listed) {
		if slices.ContainsFunc(listed[i+1:], func(other *toy) bool { return other.version == t.version }) {
			continue // all platforms of a version are one element
		}
		v := t.version.String()
		files := []indexFile{
			{v + ".src.tar.gz", "", "", v, hash([]byte(v)), 10, "source"},
			{v + ".darwin-amd64.pkg", "darwin", "amd64", v, hash([]byte(v)), 10, "installer"},
		}
		for _, own := range listed {
			if own.version == t.version {
				data := q.archived(own)
				files = append(files, indexFile{own.archiveName(), own.goos, own.goarch, v, hash(data), len(data), "archive"})
			}
		}
		for _, platform := range others {
			other := madeUp(v, platform)
			if !slices.ContainsFunc(files, func(f indexFile) bool { return f.Filename == other.Filename }) {
				files = append(files, other)
			}
		}
		for i := range files {
			switch q.mode {
			case DLNoHash:
				files[i].SHA256 = ""
			case DLBadHash:
				files[i].SHA256 = "Not Found"
			}
		}
		list = append(list, indexRelease{v, !t.version.IsPrerelease(), files})
	}
	list = append(list, indexRelease{"go1", true, []indexFile{
		{"go1.4-bootstrap-20170518.tar.gz", "4", "bootstrap", "go1", hash(nil), 10, "archive"},
	}})
	data, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		panic(err) // the server's own content
	}
	return append(data, '\n')
}

// archived returns the archive that the index is about. Where archives are
// altered without the index, it is the right one.
func (q *request) archived(t *toy) []byte {
	if q.mode == AlteredDL {
		t = q.served(t)
	}
	return t.mustArchive()
}

// madeUp returns the entry of an archive that is not served.
func madeUp(version, platform string) indexFile {
	goos, arch, _ := strings.Cut(platform, "-")
	ext := ".tar.gz"
	if goos == "windows" {
		ext = ".zip"
	}
	name := version + "." + platform + ext
	return indexFile{name, goos, arch, version, hash([]byte(name)), 70_000_000, "archive"}
}

// serveGoDev answers for the download page: the index is one of its queries.
func (q *request) serveGoDev() {
	query := q.r.URL.Query()
	if query.Get("mode") != "json" || q.mode == DLHTML {
		q.html()
		return
	}
	q.w.Header().Set("Content-Type", "application/json")
	data := q.index()
	if query.Get("include") != "all" {
		data = []byte("[]\n") // the world's has the supported lines here
	}
	switch q.mode {
	case DLStatus500:
		q.status(http.StatusInternalServerError, "no index today")
	case DLPage:
		q.write([]byte(page))
	case DLEmpty:
	case DLObject:
		q.write([]byte(`{"error": "quota"}`))
	case DLCut:
		q.write(data[:len(data)/2])
	case DLTruncated:
		q.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		q.write(data[:len(data)/2])
		q.drop(false)
	case DLHuge:
		for q.r.Context().Err() == nil {
			q.write(bytes.Repeat([]byte(" "), 1<<20))
		}
	case DLBomb:
		q.w.Header().Set("Content-Encoding", "gzip")
		q.write(gzipped(bytes.Repeat([]byte(" "), 20<<20)))
	case DLNoGzip:
		q.w.Header().Set("Content-Encoding", "gzip")
		q.write(data)
	default:
		q.sendIndex(data)
	}
}

// sendIndex sends the index as go.dev does, if the client does not have it.
func (q *request) sendIndex(data []byte) {
	header := q.w.Header()
	etag := `"` + hash(data)[:16] + `"`
	known := q.r.Header.Get("If-None-Match") == etag
	switch q.mode {
	case DLNoETag:
		known = false
	case DLLastModified:
		header.Set("Last-Modified", lastModified)
		known = q.r.Header.Get("If-Modified-Since") == lastModified
	default:
		header.Set("ETag", etag)
	}
	if known {
		header.Del("Content-Type")
		q.w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(q.r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		data = gzipped(data)
	}
	q.write(data)
}

func gzipped(data []byte) []byte {
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if _, err := zw.Write(data); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := zw.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
