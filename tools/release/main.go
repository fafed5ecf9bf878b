// Release does what a release of gosw needs and goreleaser does not do: the module
// as a file tree that GOPROXY may name, keys, signatures, and install.sh and the action's
// list with the hashes in it. It is a module of its own, so that the product needs none of what
// it takes.
package main

import (
	"fmt"
	"os"
)

const usage = `usage:
  release key NAME DIR              make a release key in DIR: NAME.note, NAME.minisign and their .pub
  release proxy DIR REVISION VERSION  write the module, at a revision of this repository, as a GOPROXY tree
  release sign DIST VERSION GO KEYS H1  write SHA256SUMS.minisig and release.note beside DIST/SHA256SUMS
  release script DIST VERSION       write DIST/install.sh
  release action DIST               write DIST/gosw.sha256, which goes into action/
`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run prints what the caller goes on with: of proxy the h1 of the module, of key
// the two public keys.
func run(args []string) error {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	switch {
	case command == "key" && len(args) == 3:
		return makeKey(args[1], args[2])
	case command == "proxy" && len(args) == 4:
		h1, err := writeProxy(".", args[1], args[2], args[3])
		if err == nil {
			fmt.Println(h1)
		}
		return err
	case command == "sign" && len(args) == 6:
		return sign(release{dir: args[1], version: args[2], compiler: args[3], h1: args[5]}, args[4])
	case command == "script" && len(args) == 3:
		return writeScript(args[1], args[2])
	case command == "action" && len(args) == 2:
		return writeActionSums(args[1])
	}
	return fmt.Errorf("unknown arguments\n%s", usage)
}
