package fetchtest

import (
	"path/filepath"
	"runtime"
	"strings"
)

// Home returns the variables by which dir is a user's home directory, and what programs
// keep for a user is in it. Windows has more of them, and tells most by its registry else.
func Home(dir string) []string {
	env := []string{"HOME=" + dir}
	if runtime.GOOS == "windows" {
		env = append(env, "USERPROFILE="+dir, "APPDATA="+filepath.Join(dir, ".config"), "LOCALAPPDATA="+filepath.Join(dir, "AppData", "Local"))
		for _, name := range []string{"CACHE", "STATE", "CONFIG"} {
			env = append(env, "XDG_"+name+"_HOME="+filepath.Join(dir, "."+strings.ToLower(name)))
		}
	}
	return env
}
