package goauth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
)

const maxNetrc = 1 << 20

// A login is the user and password for one machine. The machine may have a
// path ("example.org/team"), an extension of the go command.
type login struct{ machine, user, password string }

// fromNetrc reads the netrc file; none is no error.
func (a *Auth) fromNetrc() (credentials, error) {
	data, err := fsx.Read(a.netrc, maxNetrc, fsx.Follow)
	if fsx.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read netrc: %w", err)
	}
	found := make(credentials)
	for _, l := range slices.Backward(parseNetrc(string(data))) { // the first of several for a machine counts
		found.set(l.machine, basic(l.user, l.password))
	}
	return found, nil
}

// parseNetrc understands what the go command understands, and as it does:
// pairs of words, which may be spread over lines as long as a pair is not; a
// macro ends at an empty line; an entry counts once it is complete; a line
// that ends with "default" alone ends the file, and a default entry is never
// used.
func parseNetrc(data string) (list []login) {
	var l login
	inMacro := false
	for line := range strings.SplitSeq(data, "\n") {
		if inMacro {
			inMacro = line != ""
			continue
		}
		words := strings.Fields(line)
		for len(words) >= 2 {
			switch value := words[1]; words[0] {
			case "machine":
				l = login{machine: value}
			case "login":
				l.user = value
			case "password":
				l.password = value
			case "macdef":
				inMacro = true
			}
			if l.machine != "" && l.user != "" && l.password != "" {
				list = append(list, l)
				l = login{}
			}
			words = words[2:]
		}
		if len(words) == 1 && words[0] == "default" {
			break
		}
	}
	return list
}
