package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"strings"
)

//go:embed snippets/profile.sh
var profile string

// Profile returns the text of /etc/profile.d/gosw.sh, which puts the store of
// whoever logs in on PATH.
func Profile() string { return profile }

// Environment returns the text of a file for ~/.config/environment.d, from which
// the user's service manager takes the environment of all that no shell starts:
// the store root on PATH. home is the user's home directory. The error is of a
// path that the format, which is no shell, can't hold.
func Environment(root, home string) (string, error) {
	if rest, ok := strings.CutPrefix(root, home+"/"); ok && home != "" {
		root = "${HOME}/" + rest
	}
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+,@=-"
	if strings.Trim(strings.TrimPrefix(root, "${HOME}/"), plain) != "" {
		return "", fmt.Errorf("%q has characters that environment.d can't hold", root)
	}
	return "PATH=" + root + "/bin${PATH:+:${PATH}}\n", nil
}
