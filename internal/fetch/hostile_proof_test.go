package fetch

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosw/gosw/internal/archive/hostile"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/sumdb"
)

// TestHostileProof installs what is accepted although it is not what Go
// publishes: another tree has another hash, whatever form it came in.
func TestHostileProof(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t)
	if err := s.AddFor("1.22.4", "linux", "amd64"); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, s, nil)
	for _, row := range hostile.Corpus() {
		if row.Format != hostile.TarGz || row.Want != "" {
			continue
		}
		name := filepath.Join(t.TempDir(), hostile.Version+"."+hostile.Platform+".tar.gz")
		if err := os.WriteFile(name, row.Build(), 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := OpenLocal(name)
		if err != nil {
			t.Fatalf("%s: %v", row.Name, err)
		}
		proof, err := c.FetchLocal(t.Context(), l, "", openRoot(t, t.TempDir()))
		l.Close()
		if security := (*sumdb.SecurityError)(nil); !errors.As(err, &security) || security.Reason != sumdb.Mismatch || proof != nil {
			t.Errorf("%s: %v", row.Name, err)
		}
	}
}
