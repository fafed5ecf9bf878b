//go:build unix

package cross

import "github.com/gosw/gosw/internal/fsx"

// lowly returns argv as a command of the lowest priority, if that can be had. On Linux
// the disk follows the processor in it. nice(1) does it for all threads that go
// starts; setpriority(2) would for one.
func lowly(path string, argv []string) []string {
	if nice := fsx.FirstOnPath(path, "nice"); nice != "" {
		return append([]string{nice, "-n", "19"}, argv...)
	}
	return argv
}
