package fetchtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"net/http"
	"path"
	"strings"
	"time"
)

// archiveDirectory is where the archives of the download page are, below Proxy().
const archiveDirectory = "/dl/archive/"

// DL returns the address of the download page: the value of GOSW_DL_URL.
func (s *Server) DL() string { return s.http.URL + "/dl/" }

// Archives returns the address of its archives: GOSW_DL_ARCHIVE_URL.
func (s *Server) Archives() string { return s.http.URL + archiveDirectory }

// archiveName returns the name that the download page has for a release.
func (t *toy) archiveName() string { return ArchiveName(t.version.String(), t.goos, t.goarch) }

// ArchiveName returns the name of the archive of a version such as "go1.22.4".
func ArchiveName(version, goos, goarch string) string {
	ext := ".tar.gz"
	if goos == "linux" && goarch == "arm" {
		goarch = "armv6l"
	}
	if goos == "windows" {
		ext = ".zip"
	}
	return version + "." + goos + "-" + goarch + ext
}

// unlisted are files that an archive has and the module has not.
func unlisted(version string) [][2]string {
	return [][2]string{
		{"api/go1.1.txt", "pkg fmt\n"},
		{"doc/go_spec.html", "<h1>" + version + "</h1>\n"},
		{"misc/wasm/index.html", "<html>\n"},
		{"test/chan/go.mod", "module chan\n"},
		{"test/helloworld.go", "package main\n"},
	}
}

// archive returns what the download page has for a release.
func (t *toy) archive() ([]byte, error) {
	var list []file
	for _, f := range append(t.files(), unlisted(t.version.String())...) {
		name := f[0]
		if dir, base := path.Split(name); base == "_go.mod" {
			name = dir + "go.mod"
		}
		list = append(list, file{"go/" + name, f[1]})
	}
	if t.goos == "windows" {
		return zipOf(list)
	}
	return tarOf(list)
}

func (t *toy) mustArchive() []byte {
	data, err := t.archive()
	if err != nil {
		panic(err) // the server's own content
	}
	return data
}

// tarOf packs files as cmd/distpack does.
func tarOf(files []file) ([]byte, error) {
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zw)
	for _, f := range files {
		mode := int64(0o644)
		if strings.HasPrefix(f.name, "go/bin/") || strings.HasPrefix(f.name, "go/pkg/tool/") {
			mode = 0o755
		}
		err := tw.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.content)), Mode: mode,
			ModTime: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		})
		if err == nil {
			_, err = tw.Write([]byte(f.content))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tw.Close(); err != nil {
		return nil, err
	}
	err := zw.Close()
	return buf.Bytes(), err
}

// served returns the release as the download page has it in the mode of q.
func (q *request) served(t *toy) *toy {
	if q.mode == AlteredArchive || q.mode == AlteredDL {
		return q.must(t.altered())
	}
	return t
}

func (q *request) serveArchive(name string) {
	for _, t := range q.server.all() {
		if t.archiveName() != name {
			continue
		}
		data := q.served(t).mustArchive()
		packed := *t
		packed.zip = data // in all but its format
		if q.deliver(&packed) {
			return
		}
		q.w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(q.w, q.r, "", time.Time{}, bytes.NewReader(data))
		return
	}
	q.missing("not found: " + name)
}
