//go:build e2e

package e2e_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestVerifyReal damages a real toolchain in 200 places: verify names each and
// nothing else, and repair brings the published tree back.
func TestVerifyReal(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(m.home, nil, m.gosw, "install", "1.22")
	v := m.installed("1.22")
	tree := filepath.Join(m.root(), "toolchains", v)
	if got := m.run(m.home, []string{"GOPROXY=off"}, m.gosw, "verify"); got != v+": ok\n" {
		t.Fatalf("verify of a fresh toolchain: %q", got)
	}
	compareWithFloor(m, tree)

	files := regularFiles(t, tree)
	random := rand.New(rand.NewPCG(22, uint64(time.Now().UnixNano())))
	for batch := range 2 {
		want := make([]string, 0, 100)
		for _, i := range random.Perm(len(files))[:100] {
			want = append(want, v+": "+damage(t, tree, files[i], random))
		}
		slices.Sort(want)
		out, stderr, err := m.try(m.home, []string{"GOPROXY=off"}, m.gosw, "verify", "--json")
		got := findings(t, out)
		if err == nil || !slices.Equal(got, want) {
			t.Fatalf("batch %d: verify: %v\n%s\ngot  %q\nwant %q", batch, err, stderr, got, want)
		}
		start := time.Now()
		_, stderr, err = m.try(m.home, nil, m.gosw, "repair")
		if err != nil {
			t.Fatalf("batch %d: repair: %v\n%s", batch, err, stderr)
		}
		t.Logf("batch %d: 100 faults named; %s in %v", batch, strings.TrimSpace(stderr), time.Since(start).Round(time.Millisecond))
		if got := m.run(m.home, []string{"GOPROXY=off"}, m.gosw, "verify", "-v"); got != v+": ok\n" {
			t.Fatalf("after the repair: %q", got)
		}
	}
	if got := regularFiles(t, tree); !slices.Equal(got, files) {
		t.Errorf("%d files after the repairs, %d before", len(got), len(files))
	}
	repairWhileBuilding(m, tree)
}

// findings are those of "verify --json", in order.
func findings(t *testing.T, out string) (all []string) {
	t.Helper()
	var report struct {
		Toolchains []struct {
			Version  string
			Findings []struct{ Kind, Path string }
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, toolchain := range report.Toolchains {
		for _, f := range toolchain.Findings {
			all = append(all, toolchain.Version+": "+f.Kind+" "+f.Path)
		}
	}
	return slices.Sorted(slices.Values(all))
}

// damage does one of four things to a file and returns what verify should say.
func damage(t *testing.T, tree, path string, random *rand.Rand) string {
	t.Helper()
	name := filepath.Join(tree, path)
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	kind := random.IntN(4)
	if kind == 0 && info.Size() == 0 {
		kind = 1
	}
	switch kind {
	case 0:
		err = flipBit(name, info, random.Int64N(info.Size()*8))
		path = "changed " + path
	case 1:
		err = os.Remove(name)
		path = "missing " + path
	case 2:
		err = os.WriteFile(name+".extra", []byte("package extra\n"), 0o444)
		path = "extra " + path + ".extra"
	case 3:
		err = os.Chmod(name, info.Mode()^1<<random.IntN(8)|0o400)
		path = "mode " + path
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func flipBit(name string, info fs.FileInfo, bit int64) error {
	if err := os.Chmod(name, 0o644); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	one := make([]byte, 1)
	if _, err := f.ReadAt(one, bit/8); err != nil {
		return err
	}
	one[0] ^= 1 << (bit % 8)
	if _, err := f.WriteAt(one, bit/8); err != nil {
		return err
	}
	return os.Chmod(name, info.Mode())
}

func regularFiles(t *testing.T, tree string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			path, err = filepath.Rel(tree, path)
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// compareWithFloor times verify against a program's least work: hash the same
// bytes on all processors, files in any order that keeps all of them busy. It
// judges nothing: other tests run beside it.
func compareWithFloor(m *machine, tree string) {
	m.t.Helper()
	files := regularFiles(m.t, tree)
	slices.SortFunc(files, func(x, y string) int { return int(size(tree, y) - size(tree, x)) })
	var floors, verifies []time.Duration
	var total int64
	for range 3 {
		start := time.Now()
		total = hashAll(m.t, tree, files)
		floors = append(floors, time.Since(start))
		start = time.Now()
		m.run(m.home, []string{"GOPROXY=off"}, m.gosw, "verify")
		verifies = append(verifies, time.Since(start))
	}
	slices.Sort(floors)
	slices.Sort(verifies)
	floor, verify := floors[len(floors)/2], verifies[len(verifies)/2]
	ratio := float64(verify) / float64(floor)
	m.t.Logf("verify of %d files, %d MB: %v; hashing them on %d processors: %v; ratio %.2f (of the fastest: %.2f)",
		len(files), total/1e6, verify, runtime.GOMAXPROCS(0), floor, ratio, float64(verifies[0])/float64(floors[0]))
}

func size(tree, path string) int64 {
	info, err := os.Stat(filepath.Join(tree, path))
	if err != nil {
		return 0
	}
	return info.Size()
}

func hashAll(t *testing.T, tree string, files []string) int64 {
	t.Helper()
	var next, total atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			hash, buf := sha256.New(), make([]byte, 256<<10)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				f, err := os.Open(filepath.Join(tree, files[i]))
				if err != nil {
					t.Error(err)
					return
				}
				hash.Reset()
				n, err := io.CopyBuffer(hash, struct{ io.Reader }{f}, buf)
				total.Add(n)
				hash.Sum(nil)
				if _ = f.Close(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	return total.Load()
}

// repairWhileBuilding builds go/types and all that this needs with a toolchain
// that is repaired meanwhile, again and again.
func repairWhileBuilding(m *machine, tree string) {
	t := m.t
	var out bytes.Buffer
	done := make(chan error, 1)
	go func() {
		stdout, stderr, err := m.try(m.home, []string{"GOCACHE=" + filepath.Join(m.home, "cache")}, filepath.Join(tree, "bin", "go"), "build", "go/types")
		out.WriteString(stdout + stderr)
		done <- err
	}()
	repairs := 0
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("build: %v\n%s", err, out.String())
			}
			t.Logf("the build went on to success during %d repairs", repairs)
			if repairs == 0 {
				t.Error("no repair during the build")
			}
			m.run(m.home, nil, m.gosw, "repair")
			m.run(m.home, nil, m.gosw, "install", "1.22")
			entries, err := os.ReadDir(filepath.Join(m.root(), "staging"))
			if err != nil || len(entries) > 0 {
				t.Errorf("staging has %v, %v", entries, err)
			}
			return
		default:
		}
		// Something that a build does not read, as it may read at any time.
		if err := os.Remove(filepath.Join(tree, "LICENSE")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(tree, fmt.Sprintf("extra%d", repairs)), nil, 0o444); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(strings.NewReader(m.run(m.home, nil, m.gosw, "repair")))
		for n := 0; lines.Scan() || n != 2; n++ {
			if n > 2 {
				t.Fatalf("repair printed %q", lines.Text())
			}
		}
		repairs++
	}
}
