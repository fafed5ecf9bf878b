package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestInterrupt interrupts commands when a part of what they do is done: that part is
// told, and a failed proof more than the interrupt.
func TestInterrupt(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, filepath.Join(home, strings.ToLower(name)))
	}
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	server := fetchtest.NewServer(t, "1.22.4", "1.22.5", "1.22.12")
	// gosw runs a command, interrupted when it comes to a step for the second time.
	gosw := func(proxy, step string, args ...string) (int, string, string) {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		var stdout, stderr bytes.Buffer
		count := 0
		code := Main(ctx, settings.Invocation{
			Args: args, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
			Env: append(fetchtest.Home(home), "PATH=/usr/bin:/bin", "GOPROXY="+proxy, "GOSUMDB="+server.SumDB(), "GOSW_SOURCE=proxy", "GOSW_JOBS=1"),
			Dir: os.Getwd, Dirs: dirsOf(home),
			Step: func(name string) error {
				if name == step {
					if count++; count == 2 {
						interrupt()
					}
				}
				return context.Cause(ctx)
			},
		})
		return code, stdout.String(), stderr.String()
	}
	code, _, said := gosw(server.Bad(fetchtest.AlteredZip), "install/lock", "install", "1.22.4", "1.22.5")
	if code != failure.CodeSecurity || strings.Count(said, "SECURITY ERROR") != 1 || !strings.Contains(said, failure.ErrInterrupted.Error()) {
		t.Errorf("install: exit code %d:\n%s", code, said)
	}
	if code, _, said := gosw(server.Proxy(), "", "install", "1.22.4", "1.22.5", "1.22.12"); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, said)
	}
	code, removed, said := gosw(server.Proxy(), "uninstall/lock", "prune")
	if code != failure.CodeInterrupted || !strings.HasPrefix(removed, "go1.22.5\t") || !strings.Contains(said, failure.ErrInterrupted.Error()) {
		t.Errorf("prune: exit code %d, removed %q:\n%s", code, removed, said)
	}
	if code, list, said := gosw(server.Proxy(), "", "list"); code != 0 || list != "go1.22.12\ngo1.22.4\n" {
		t.Errorf("after it: exit code %d, %q\n%s", code, list, said)
	}
}
