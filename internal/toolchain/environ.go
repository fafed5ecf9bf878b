package toolchain

import (
	"strconv"

	"github.com/gosw/gosw/internal/gover"
)

// depthVariable counts how many shims stand between a process and its user.
const depthVariable = "GOSW_DEPTH"

// MaxDepth is the nesting at which a shim must take itself for one that runs
// itself. A real chain of go, make and scripts stays far below it.
const MaxDepth = 32

// Depth returns the number of shims above this process.
func Depth(getenv func(string) string) int {
	depth, err := strconv.Atoi(getenv(depthVariable))
	if err != nil || depth < 0 {
		return 0
	}
	return depth
}

// Use says how a toolchain is going to be run.
type Use struct {
	Version gover.Version // zero for the system's go
	GOROOT  string        // of Version
	Pinned  bool          // by GO_VERSION or a file: see GOTOOLCHAIN below
	Policy  string        // value of GOSW_GOTOOLCHAIN: "", local, path, auto, leave
}

// Environ returns env as a tool of u needs it:
//
//   - GOROOT is taken out, since one that belongs to another toolchain breaks
//     the build; releases before go1.9 cannot find their own and get it set.
//   - GOTOOLCHAIN is set to local for a pinned version, or to u.Policy, unless
//     env has it already: else cmd/go would run another version than the pin.
//   - the mark that cmd/go leaves behind when it has switched is taken out.
//   - the depth counter goes up by one.
//
// The system's go gets its environment unchanged, but for the counter.
func Environ(env Env, u Use) Env {
	depth := strconv.Itoa(1 + Depth(env.Get))
	if u.Version.IsZero() {
		return env.With(depthVariable, depth)
	}
	leave := !u.Pinned || u.Policy == "leave" || env.Get("GOTOOLCHAIN") != ""
	gone := []string{depthVariable, "GOROOT", "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "GOTOOLCHAIN"}
	if leave {
		gone = gone[:3]
	}
	out := env.Without(gone...)
	out.Entries = append(out.Entries, depthVariable+"="+depth)
	if u.Version.Minor() < 9 {
		out.Entries = append(out.Entries, "GOROOT="+u.GOROOT)
	}
	if leave {
		return out
	}
	if u.Policy != "path" && u.Policy != "auto" {
		u.Policy = "local"
	}
	out.Entries = append(out.Entries, "GOTOOLCHAIN="+u.Policy)
	return out
}
