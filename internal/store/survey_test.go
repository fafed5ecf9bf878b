//go:build !windows

package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// surveyor returns another view of a store, as the next process has it.
func (k *kin) surveyor(t *testing.T, cache string) *Store {
	t.Helper()
	s, err := Open(k.trees[0].store.home, Options{Cache: cache})
	must(t, err)
	return s
}

// compare asks for all that a survey tells, once with a cache and once without a
// survey, and reports whether all files were looked at.
func (k *kin) compare(t *testing.T, when, cache string) (looked bool) {
	t.Helper()
	s := k.surveyor(t, cache)
	installed, err := s.home.Installed()
	must(t, err)
	slices.SortFunc(installed, gover.Compare)
	some := installed[:len(installed)/2+1]
	for _, versions := range [][]gover.Version{installed, some, nil} {
		sizes, total := s.Sizes(versions)
		wantSizes, wantTotal := s.sizesNow(versions)
		if total != wantTotal || len(sizes) > 0 && !slices.Equal(sizes, wantSizes) {
			t.Errorf("%s: sizes of %v are %v, %d; want %v, %d", when, versions, sizes, total, wantSizes, wantTotal)
		}
		if got, want := s.Measure(versions, false), s.measureNow(versions); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: without %v: %+v, want %+v", when, versions, got, want)
		}
	}
	now, _ := s.footprint(nil)
	if got, _ := s.Footprint(some); got != now {
		t.Errorf("%s: footprint %+v, want %+v", when, got, now)
	}
	last := s.surveyed.Load()
	return last == nil || last.fresh
}

// TestSurvey changes a store in each way that gosw does: what is kept in the cache
// never says anything else than the files.
func TestSurvey(t *testing.T) {
	t.Parallel()
	k, cache := newKin(t), t.TempDir()
	unchanged := func(when string) {
		t.Helper()
		if !k.compare(t, when, cache) {
			t.Errorf("%s: nobody has looked", when)
		}
		if k.compare(t, when+", again", cache) {
			t.Errorf("%s: all files were looked at again", when)
		}
	}
	unchanged("three that share")
	k.trees = append(k.trees, k.trees[2].next("1.22.7"))
	k.trees[3].add(t, "1.22.7")
	unchanged("another one that shares")
	_, err := k.trees[0].store.Remove(t.Context(), k.trees[3].version)
	must(t, err)
	unchanged("uninstalled")
	k.trees[3].add(t, "1.22.7")
	unchanged("installed again")
	flip(t, k.trees[0].path("src/p1/f1.go"), 3)
	must(t, k.repair(t.Context(), k.trees[0], make(map[*toyTree]bool)))
	unchanged("repaired")
	receipt := k.trees[1].store.receiptFile(k.trees[1].version)
	must(t, os.Chmod(receipt, 0o600))
	unchanged("another receipt")
	must(t, os.Link(k.trees[1].path("bin/go"), filepath.Join(t.TempDir(), "go")))
	unchanged("a copy of links elsewhere")
}

// TestSurveyBusy has work in progress: what is found then is not kept.
func TestSurveyBusy(t *testing.T) {
	t.Parallel()
	k, cache := newKin(t), t.TempDir()
	left := filepath.Join(k.trees[0].store.staging(), "go1.21.0.77")
	must(t, os.Mkdir(left, 0o755), os.Link(k.trees[0].path("bin/go"), filepath.Join(left, "go")))
	k.compare(t, "with a leftover", cache)
	if got := list(t, cache); len(got) > 0 {
		t.Errorf("the cache has %v", got)
	}
	must(t, os.RemoveAll(left))
	k.compare(t, "without", cache)
	k.compare(t, "without, again", cache)
}

// TestSurveyFresh has a cache that is wrong in a way that nothing shows. Who
// removes does not ask it.
func TestSurveyFresh(t *testing.T) {
	t.Parallel()
	k, cache := newKin(t), t.TempDir()
	k.compare(t, "first", cache)
	s := k.surveyor(t, cache)
	homes := s.family()
	now, _ := s.state(homes)
	saveSurvey(s.surveyFile(homes), now.key, &survey{treesOf(homes), nil})
	versions := []gover.Version{k.trees[0].version}
	want := s.measureNow(versions)
	if got := s.Measure(versions, false); got.Total >= want.Total {
		t.Errorf("the cache says %+v, and was not asked", got)
	}
	if got := s.Measure(versions, true); !reflect.DeepEqual(got, want) {
		t.Errorf("fresh: %+v, want %+v", got, want)
	}
	k.compare(t, "after that", cache)
}

// TestSurveyDamaged has files in the cache that are not as they were written, and
// places where none can be.
func TestSurveyDamaged(t *testing.T) {
	t.Parallel()
	k, cache := newKin(t), t.TempDir()
	k.compare(t, "first", cache)
	file := filepath.Join(cache, "sizes", list(t, filepath.Join(cache, "sizes"))[0])
	whole, err := os.ReadFile(file)
	must(t, err)
	forged := func(body string) []byte {
		head, _, _ := bytes.Cut(whole, []byte("\n"))
		text := string(head) + "\n" + body
		sum := sha256.Sum256([]byte(text))
		return []byte(text + surveyEnd + hex.EncodeToString(sum[:]) + "\n")
	}
	for name, text := range map[string][]byte{
		"empty": nil, "cut off": whole[:len(whole)/2], "a bit": append([]byte("h"), whole[1:]...), "twice": append(slices.Clone(whole), whole...),
		"another key":  bytes.Replace(whole, whole[20:24], []byte("0000"), 1),
		"a number":     bytes.Replace(whole, []byte(" 1 "), []byte(" 2 "), 1),
		"no such tree": forged("1 1 99 1\n"), "not below zero": forged("-1 1 0 1\n"), "too much": forged("9223372036854775807 1 0 1\n"),
		"too much together": forged(strings.Repeat("1152921504606846975 1 0 1\n", 9)), "odd": forged("1 1 0\n"), "twice one tree": forged("1 2 0 1 0 1\n"),
		"without names": forged("1 2 0 0\n"), "no number": forged("a b c d\n"), "large": append(slices.Clone(whole), make([]byte, maxSurvey)...),
	} {
		must(t, os.WriteFile(file, text, 0o600))
		if !k.compare(t, name, cache) {
			t.Errorf("%s: it was believed", name)
		}
	}
	must(t, os.Remove(file), os.Mkdir(file, 0o755))
	k.compare(t, "a folder", cache)
	must(t, os.Chmod(filepath.Dir(file), 0o555))
	k.compare(t, "read-only", cache)
	must(t, os.Chmod(filepath.Dir(file), 0o755), os.Remove(file), os.Symlink("nowhere", file))
	k.compare(t, "a link", cache)
	k.compare(t, "a file", file)
	k.compare(t, "nowhere", "/dev/null/cache")
}

// TestSurveyTogether has many that ask while others install and remove.
func TestSurveyTogether(t *testing.T) {
	t.Parallel()
	k, cache := newKin(t), t.TempDir()
	s := k.trees[0].store
	var group sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		group.Go(func() {
			for {
				other, err := Open(s.home, Options{Cache: cache})
				if err != nil {
					t.Error(err)
					return
				}
				other.Footprint(nil)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for range 5 {
		k.trees[2].next("1.22.7").add(t, "1.22.7")
		if _, err := s.Remove(t.Context(), version(t, "1.22.7")); err != nil {
			t.Error(err)
		}
	}
	close(done)
	group.Wait()
	k.compare(t, "after all", cache)
	if got := list(t, filepath.Join(cache, "sizes")); len(got) > 1 {
		t.Errorf("the cache has %v", got)
	}
}

// TestSurveyAny has files that any of the trees, and others, share in any way.
func TestSurveyAny(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		s, err := Open(toolchain.Home(filepath.Join(t.TempDir(), "store")), Options{})
		must(t, err)
		var dirs []string
		for i := range 2 + random.IntN(5) {
			dirs = append(dirs, s.home.Dir(version(t, fmt.Sprintf("1.22.%d", i))))
		}
		dirs = append(dirs, t.TempDir())
		for _, dir := range dirs {
			must(t, os.MkdirAll(filepath.Join(dir, "src"), 0o755))
		}
		for i := range 30 {
			first := ""
			for j := range 1 + random.IntN(4) {
				file := filepath.Join(dirs[random.IntN(len(dirs))], "src", fmt.Sprint(i, "-", j))
				if first == "" {
					first = file
					must(t, os.WriteFile(file, make([]byte, 1+random.IntN(20000)), 0o444))
				} else {
					must(t, os.Link(first, file))
				}
			}
		}
		k := &kin{trees: []*toyTree{{store: s}}}
		k.compare(t, "any", t.TempDir())
	}
}

// FuzzParseSurvey has the parser take apart any text: what it accepts means the
// same when it is written again.
func FuzzParseSurvey(f *testing.F) {
	for _, body := range []string{"", "81920 1 0 1\n", "5 2 0 1 1 1\n7 0 1 2\n", "1 1 1 1 0 1\n", "1 1 9 1\n", "-1 1 0 1\n", "01 1 0 1", "\n", "1 1 0 1 "} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		const key, trees = "key", 3
		_, _ = parseSurvey(body, key, trees)
		text := append([]byte(surveyHeader+" "+key+"\n"), body...)
		sum := sha256.Sum256(text)
		parts, ok := parseSurvey(append(text, surveyEnd+hex.EncodeToString(sum[:])+"\n"...), key, trees)
		if !ok {
			return
		}
		s := &survey{make([]tree, trees), parts}
		all := func(int) bool { return true }
		if taken, freed := s.taken(all), s.freed(all, true); freed < 0 || freed > taken {
			t.Errorf("%d of %d bytes are freed", freed, taken)
		}
		if again, ok := parseSurvey(formatSurvey(key, parts), key, trees); !ok || !reflect.DeepEqual(again, parts) {
			t.Errorf("%v is read again as %v, %v", parts, again, ok)
		}
	})
}
