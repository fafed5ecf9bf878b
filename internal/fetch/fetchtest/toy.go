package fetchtest

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/gosw/gosw/internal/gover"
)

const toolchainModule = "golang.org/toolchain"

// A toy is a release that is small and does nothing useful, but has the shape
// of a real one.
type toy struct {
	version      gover.Version
	goos, goarch string
	padded       int         // files of incompressible text besides the usual ones
	changed      bool        // in one file
	large        int         // bytes of one more file, which don't shrink at all
	program      string      // bin/go, if it is another one
	tree         [][2]string // all files, of a release that is no toy
	zip          []byte
	h1           string

	// altered is the same release with one more line in a program. It is packed when
	// it is first asked for, since each part of a zip is a request of its own.
	altered func() (*toy, error)
}

// A file is an entry of a zip.
type file struct{ name, content string }

func newToy(v gover.Version, goos, goarch string) (*toy, error) { return newPadded(v, goos, goarch, 0) }

func newPadded(v gover.Version, goos, goarch string, n int) (*toy, error) {
	t := &toy{version: v, goos: goos, goarch: goarch, padded: n}
	t.altered = sync.OnceValues(func() (*toy, error) {
		other := *t
		other.changed = true
		return &other, other.pack(other.files())
	})
	return t, t.pack(t.files())
}

func (t *toy) files() [][2]string {
	if t.tree != nil {
		return t.tree
	}
	files := Files(t.version.String(), t.goos, t.goarch)
	if t.program != "" {
		files[0][1] = t.program
	}
	if t.changed {
		files[0][1] += "echo altered\n"
	}
	for i := range t.padded {
		files = append(files, [2]string{fmt.Sprintf("src/padding/%02d.txt", i), padding(fmt.Sprint(i))})
	}
	if t.large > 0 {
		data := make([]byte, t.large)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
		files = append(files, [2]string{"src/padding/large", string(data)})
	}
	return files
}

func (t *toy) pack(files [][2]string) error {
	var list []file
	for _, f := range files {
		list = append(list, file{toolchainModule + "@" + t.module() + "/" + f[0], f[1]})
	}
	var err error
	if t.zip, err = zipOf(list); err != nil {
		return err
	}
	t.h1, err = hashOf(list)
	return err
}

// module returns the module version that holds the release.
func (t *toy) module() string {
	return "v0.0.1-" + t.version.String() + "." + t.goos + "-" + t.goarch
}

// lines returns the record in the checksum database.
func (t *toy) lines() []byte {
	name := toolchainModule + " " + t.module()
	return fmt.Appendf(nil, "%s %s\n%s/go.mod h1:%s\n", name, t.h1, name, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
}

func (t *toy) info() string {
	return fmt.Sprintf(`{"Version":%q,"Time":"2024-01-02T03:04:05Z"}`, t.module())
}

// Files returns the content of a toy toolchain: names as in the zip, without
// the prefix, and contents. The first is bin/go.
func Files(version, goos, goarch string) [][2]string {
	fill := strings.NewReplacer("@VERSION@", version, "@NUMBER@", strings.TrimPrefix(version, "go"), "@PLATFORM@", goos+"/"+goarch)
	tool, exe := "pkg/tool/"+goos+"_"+goarch+"/", ""
	if goos == "windows" {
		exe = ".exe"
	}
	files := [][2]string{
		{"bin/go" + exe, fill.Replace(goScript)},
		{"bin/gofmt" + exe, fill.Replace("#!/bin/sh\necho 'gofmt @VERSION@'\n")},
		{"VERSION", version + "\ntime 2024-01-02T03:04:05Z\n"},
		{"LICENSE", "Do as you like.\n"},
		{"lib/time/update.bash", "#!/bin/bash\n"},
		{"lib/wasm/go_js_wasm_exec", "#!/bin/bash\n"},
		{"lib/x/go_x_y_exec", "#!/bin/sh\n"},
		{tool + "compile" + exe, fill.Replace("#!/bin/sh\necho 'compile version @VERSION@'\n") + padding(version)},
		{"src/_go.mod", "module std\n\ngo 1.22\n"},
		{"src/all.bash", "#!/usr/bin/env bash\n"},
		{"src/cmd/_go.mod", "module cmd\n\ngo 1.22\n"},
		{"src/cmd/go/main.go", "package main\n"},
		{"src/fmt/print.go", "package fmt\n"},
		{"src/internal/empty.go", ""},
		{"src/runtime/mkduff.rc", "x\n"},
	}
	if program := compiled(goos); program != "" {
		files[0][1], files[1][1] = program, program
	}
	return files
}

// compiled returns the program that toys for goos have as go and gofmt instead of a
// script, "" for none: on Windows what GOSW_TEST_TOY names, made of the package below.
func compiled(goos string) string {
	file := os.Getenv("GOSW_TEST_TOY")
	if goos != "windows" || file == "" {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err) // no toy would run
	}
	return string(data)
}

// padding makes a toy as large as a test of interrupted transfers needs. It
// does not shrink when deflated.
func padding(seed string) string {
	var text strings.Builder
	sum := sha256.Sum256([]byte(seed))
	for text.Len() < 64<<10 {
		text.WriteString("# " + hex.EncodeToString(sum[:]) + "\n")
		sum = sha256.Sum256(sum[:])
	}
	return text.String()
}

// goScript finds its GOROOT from its own place, through links, as the real go
// does. It uses no program but readlink, and that for links only. What it says of
// go.mod it says in the words of the real go.
const goScript = `#!/bin/sh
goroot() {
	self=$0
	case $self in */*) ;; *) self=$(command -v -- "$self") ;; esac
	while [ -L "$self" ]; do
		link=$(PATH=$PATH:/usr/bin:/bin readlink -- "$self")
		case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
	done
	(CDPATH= cd -P -- "${self%/*}/.." && pwd -P)
}
if [ "$1" = -C ]; then
	cd -- "$2" || exit 1
	shift 2
fi
# up FILE prints the nearest FILE upward.
up() {
	dir=$PWD
	while [ "$dir" ] && [ ! -f "$dir/$1" ]; do dir=${dir%/*}; done
	[ -z "$dir" ] || printf '%s\n' "$dir/$1"
}
# number 1.22.3 is a number that grows with the version.
number() (
	IFS=.
	set -- ${1#go}
	patch=${3-0}
	echo $((${2%%[!0-9]*} * 1000 + 0${patch%%[!0-9]*}))
)
fail() {
	echo "go: $*" >&2
	exit 1
}
# select_toolchain does the simplest of Go's own switching, for "gosw why", which alone asks for the trace:
# GOTOOLCHAIN, or a go line or toolchain line that asks for more than this release.
select_toolchain() {
	[ "$(number @VERSION@)" -ge 21000 ] || return 0
	if [ -z "$GOTOOLCHAIN" ] && [ -f "$GOENV" ]; then
		while IFS='=' read -r key value; do [ "$key" != GOTOOLCHAIN ] || GOTOOLCHAIN=$value; done <"$GOENV"
	fi
	name=@VERSION@
	case $GOTOOLCHAIN in
	local) ;;
	''|auto|path)
		[ -z "$mod" ] || while read -r key value; do
			case $key:$value in
			go:*) value=go$value ;;
			toolchain:go*) ;;
			toolchain:*) fail "invalid toolchain \"$value\" in go.mod" ;;
			*) continue ;;
			esac
			[ "$(number "$value")" -le "$(number "$name")" ] || name=$value
		done <"$mod" || exit ;;
	go1*) name=${GOTOOLCHAIN%+*} ;;
	*) fail "invalid GOTOOLCHAIN \"$GOTOOLCHAIN\"" ;;
	esac
	[ "$name" != @VERSION@ ] || return 0
	! command -v "$name" >/dev/null || GOTOOLCHAIN=local exec "$name" "$@"
	case $GOTOOLCHAIN in
	*path) fail "cannot find \"$name\" in PATH" ;;
	esac
	fail "download $name for @PLATFORM@: toolchain not available"
}
mod=$(up go.mod) work=${GOWORK:-$(up go.work)}
case $GODEBUG:$1 in
toolchaintrace=1*:env|toolchaintrace=1*:list) select_toolchain "$@" ;;
esac
case $1:$2 in
list:-m)
	case $GOWORK in
	''|off|/*) ;;
	*) fail 'invalid GOWORK: not an absolute path' ;;
	esac
	[ -z "$GOWORK" ] || [ -f "$GOWORK" ] || fail "open $GOWORK: no such file or directory"
	[ -z "$mod" ] || while read -r key value; do
		case $key:$value:$(number @VERSION@) in
		go:1.*.*:18*) fail "invalid go version '$value': must match format 1.23" ;;
		go:*:18*) ;;
		go:*) [ "$(number "$value")" -le "$(number @VERSION@)" ] ||
			fail "go.mod requires go >= $value (running go @NUMBER@; GOTOOLCHAIN=$GOTOOLCHAIN)" ;;
		esac
	done <"$mod" || exit
	exit ;;
esac
case $1 in
version)
	echo 'go version @VERSION@ @PLATFORM@' ;;
env)
	shift
	for name; do
		case $name in
		GOROOT) goroot ;;
		GOVERSION) echo '@VERSION@' ;;
		GOMOD) echo "$mod" ;;
		GOWORK) echo "$work" ;;
		''|*[!A-Z0-9_]*) exit 2 ;;
		*) eval "printf '%s\n' \"\${$name-}\"" ;;
		esac
	done ;;
exit)
	exit "$2" ;;
args)
	shift
	for arg; do printf '[%s]\n' "$arg"; done ;;
printenv)
	case $2 in ''|*[!A-Za-z0-9_]*) exit 2 ;; esac
	eval "set -- \"\${$2+x}\" \"\${$2-}\""
	[ "$1" = x ] || exit 1
	printf '%s\n' "$2" ;;
*)
	echo "toy @VERSION@: $*" ;;
esac
`

// zipOf packs files as cmd/distpack does: deflated, lengths in data
// descriptors, no modes.
func zipOf(files []file) ([]byte, error) {
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	zw.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed) // the race detector makes others wait
	})
	for _, f := range files {
		w, err := zw.Create(f.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, f.content); err != nil {
			return nil, err
		}
	}
	err := zw.Close()
	return buf.Bytes(), err
}

func hashOf(files []file) (string, error) {
	var names []string
	contents := make(map[string]string)
	for _, f := range files {
		names = append(names, f.name)
		contents[f.name] = f.content
	}
	return dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(contents[name])), nil
	})
}
