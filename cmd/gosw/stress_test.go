//go:build linux

package main_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// crowd is how many processes there are at a time.
const crowd = 32

// stressTime is how long the three kinds of stress take together.
func stressTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("GOSW_STRESS")
	if text == "" {
		return 6 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestStress is not parallel: it has the machine for itself.
func TestStress(t *testing.T) {
	for _, stress := range []struct {
		name  string
		round func(*site, []string)
	}{
		{"same version", (*site).sameVersion},
		{"different versions", (*site).differentVersions},
		{"install against uninstall", (*site).installAgainstUninstall},
	} {
		t.Run(stress.name, func(t *testing.T) {
			var versions []string
			for i := range crowd {
				versions = append(versions, fmt.Sprintf("1.%d.%d", 21+i/8, 1+i%8))
			}
			s := &site{t: t, home: fieldDir(t), server: fetchtest.NewServer(t, versions...)}
			rounds := 0
			for end := time.Now().Add(stressTime(t) / 3); time.Now().Before(end) && !t.Failed(); rounds++ {
				stress.round(s, versions)
				s.checkStaging()
			}
			t.Logf("%d rounds of %d processes", rounds, crowd)
		})
	}
}

// together runs a command for each of crowd numbers at once. An error is one
// but for those that have the text allowed.
func (s *site) together(allowed string, args func(i int) []string) {
	s.t.Helper()
	var wait sync.WaitGroup
	for i := range crowd {
		wait.Go(func() {
			out, err := s.command(s.server.Proxy(), args(i)...).CombinedOutput()
			if err != nil && (allowed == "" || !strings.Contains(string(out), allowed)) {
				s.t.Errorf("gosw %v: %v\n%s", args(i), err, out)
			}
		})
	}
	wait.Wait()
}

func (s *site) checkDownloads(want int) {
	s.t.Helper()
	if got := s.server.Requests(".zip"); got != want {
		s.t.Errorf("%d downloads, want %d", got, want)
	}
	s.server.Reset()
}

func (s *site) sameVersion(versions []string) {
	s.together("", func(int) []string { return []string{"install", versions[0]} })
	s.checkDownloads(1)
	if got := s.checkWhole(); got != 1 {
		s.t.Errorf("%d toolchains listed, want 1", got)
	}
	s.run("uninstall", versions[0])
}

func (s *site) differentVersions(versions []string) {
	s.together("", func(i int) []string { return []string{"install", versions[i]} })
	s.checkDownloads(crowd)
	if got := s.checkWhole(); got != crowd {
		s.t.Errorf("%d toolchains listed, want %d", got, crowd)
	}
	if got, err := os.Readlink(s.store("toolchains", "latest")); got != "go"+versions[crowd-1] {
		s.t.Errorf("latest -> %q, %v", got, err)
	}
	s.together("", func(i int) []string { return []string{"uninstall", versions[i]} })
	if entries, err := os.ReadDir(s.store("toolchains")); err != nil || len(entries) > 0 {
		s.t.Errorf("toolchains has %v, %v", entries, err)
	}
}

func (s *site) installAgainstUninstall(versions []string) {
	s.together("is not installed", func(i int) []string {
		return []string{[]string{"install", "uninstall"}[i%2], versions[0]}
	})
	s.checkWhole()
	s.run("install", versions[0]) // none is lost for good
	if got := s.checkWhole(); got != 1 {
		s.t.Errorf("%d toolchains listed, want 1", got)
	}
}
