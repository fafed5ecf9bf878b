package fetch

import (
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestResumeLarge has the zip of a release that is cut at 25 random places:
// what has come is never asked for again.
func TestResumeLarge(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t)
	if err := s.AddLarge("1.22.4", 20_000_000); err != nil {
		t.Fatal(err)
	}
	var last, size, steps int64
	c := newClient(t, s, proxyIs(s.Bad("cut=25")))
	_, proof, err := fetchContext(t.Context(), t, c, "1.22.4", func(done, total int64) {
		if done < last || size > 0 && total != size {
			t.Errorf("progress went from %d to %d of %d", last, done, total)
		}
		last, size = done, total
		steps++
	})
	if err != nil {
		t.Fatal(err)
	}
	requests, sent := s.Requests(".zip"), s.Sent(".zip")
	t.Logf("%d bytes, %d requests, %d bytes more than needed", size, requests, sent-size)
	if size < 20_000_000 || requests != 26 || sent > size+size*3/100 {
		t.Errorf("%d requests, %d bytes sent for %d", requests, sent, size)
	}
	if last != size || proof.Size != size || steps < 26 {
		t.Errorf("last progress %d of %d, proof %d", last, size, proof.Size)
	}
}

// A download that really begins again says so.
func TestResumeProgress(t *testing.T) {
	t.Parallel()
	for mode, restarts := range map[string]int{fetchtest.ResetOnce: 0, fetchtest.ResumeIgnored: 1, fetchtest.Changed: 1, fetchtest.Resume416: 1} {
		s := fetchtest.NewServer(t, "1.22.4")
		var last int64
		fell := 0
		_, _, err := fetchContext(t.Context(), t, newClient(t, s, proxyIs(s.Bad(mode))), "1.22.4", func(done, _ int64) {
			if done < last {
				fell++
			}
			last = done
		})
		if err != nil || fell != restarts {
			t.Errorf("%s: fell back %d times, want %d; %v", mode, fell, restarts, err)
		}
	}
}

// TestResumeFiles has connections break while only some files are wanted.
func TestResumeFiles(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t)
	if err := s.AddLarge("1.22.4", 1_000_000); err != nil {
		t.Fatal(err)
	}
	files := toyFiles(t, "src/fmt/print.go", "bin/gofmt", "LICENSE")
	_, well, err := fetchFiles(t, newClient(t, s, nil), files)
	if err != nil || well > 200_000 {
		t.Fatalf("%d bytes, %v", well, err)
	}
	for _, mode := range []string{"interrupted=1", "interrupted=3", "interrupted=8", "unavailable=2", "too-many=1"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			dir, received, err := fetchFiles(t, newClient(t, s, proxyIs(s.Bad(mode))), files)
			if err != nil {
				t.Fatal(err)
			}
			checkFiles(t, dir, files)
			if sent := s.Sent("/" + mode + "/"); received != well || sent > well+100 {
				t.Errorf("%d bytes received, %d sent, want %d", received, sent, well)
			}
		})
	}
}
