package cross

import (
	"context"
	"encoding/json"
	"runtime"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/gover"
)

// A Port is an operating system and a processor, as GOOS and GOARCH have them.
type Port struct{ OS, Arch string }

// String returns the form linux/amd64.
func (p Port) String() string { return p.OS + "/" + p.Arch }

// MarshalText is String.
func (p Port) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Host is the port of this machine.
func Host() Port { return Port{runtime.GOOS, runtime.GOARCH} }

// An Origin is where a list of ports comes from.
type Origin string

// The origins of a list of ports.
const (
	Asked    Origin = "asked"    // by whoever calls
	Listed   Origin = "go tool"  // "go tool dist list" marks those that are first-class
	BuiltIn  Origin = "built-in" // for releases that have no such list, or mark none in it
	HostOnly Origin = "host"     // for releases that build for no other
)

// firstClass returns the ports that the toolchain calls first-class.
func (j *job) firstClass(ctx context.Context) ([]Port, Origin) {
	if !crosses(j.Version) {
		return nil, HostOnly
	}
	out, err := j.command(ctx, 10*time.Minute, nil, j.program, "tool", "dist", "list", "-json")
	var list []struct {
		GOOS, GOARCH string
		FirstClass   bool
	}
	if err != nil || json.Unmarshal([]byte(out), &list) != nil {
		return j.builtIn(), BuiltIn
	}
	var ports []Port
	for _, p := range list {
		if p.FirstClass {
			ports = append(ports, Port{p.GOOS, p.GOARCH})
		}
	}
	if len(ports) == 0 {
		return j.builtIn(), BuiltIn
	}
	return ports, Listed
}

// builtIn returns Go's first-class ports as of its porting policy, those that a
// release that builds for others at all can build.
func (j *job) builtIn() []Port {
	ports := []Port{
		{"darwin", "amd64"}, {"darwin", "arm64"}, {"linux", "386"}, {"linux", "amd64"}, {"linux", "arm"}, {"linux", "arm64"},
		{"windows", "386"}, {"windows", "amd64"},
	}
	if j.Version.Minor() < 16 { // until then darwin/arm64 was iOS
		ports = slices.Delete(ports, 1, 2)
	}
	return ports
}

// crosses reports whether v, as it is published, builds for other ports than its
// own: before go1.5 that took a compiler that was not part of it.
func crosses(v gover.Version) bool { return v.Minor() >= 5 }
