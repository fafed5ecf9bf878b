//go:build !windows

package shell

import "testing"

// TestPosixSession checks the command gosw in shells that know no more than
// POSIX asks for.
func TestPosixSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, argv := range [][]string{{"dash"}, {"dash", "-eu"}, {"busybox", "sh", "-eu"}, {"mksh", "-eu"}, {"ksh93", "-eu"}, {"bash", "--posix", "-eu"}, {"zsh", "--emulate", "sh", "-f", "-eu"}} {
		for _, test := range []struct{ name, script, want string }{
			{"go is the shim", `go '' 'a b'; gofmt; GO_VERSION=1.21.0 go x; TOY=exit go 3 || echo "$?"`, "shim <> <a b>\ngofmt-shim\nshim <x>\n3\n"},
			{"use", `gosw use 1.22; echo "$GO_VERSION"; sh -c 'echo $GO_VERSION'; gosw use quiet; gosw use --unset; echo "${GO_VERSION-unset}"`, "1.22\n1.22\nunset\n"},
			{"use, help", `gosw use --help; echo "${GO_VERSION-unset}"`, "GO_VERSION=no\nUsage\nunset\n"},
			{"use, refused", `gosw use 9 || echo "$?"; echo "${GO_VERSION-unset}"`, "gosw: no 9\n2\nunset\n"},
			{"use, hostile", `gosw use hostile; echo "$GO_VERSION"; ls`, "$(touch hacked) ; touch hacked\n"},
			{"others", `gosw exit 7 || echo "$?"; gosw; gosw user '' 'a b'; gosw install x`, "7\ngosw\ngosw <user> <> <a b>\ngosw <install> <x>\n"},
			{"IFS and patterns", `IFS=/.1; set -f; gosw use 1.22; set +f; gosw '*'; echo "$GO_VERSION"`, "gosw <*>\n1.22\n"},
		} {
			f.expectIn(t, posix, argv, test.name, test.script, test.want)
		}
	}
}
