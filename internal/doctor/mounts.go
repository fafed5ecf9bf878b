package doctor

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A mount is a line of /proc/self/mountinfo.
type mount struct {
	point   string   // where it is mounted
	kind    string   // of file system, such as "ext4"
	options []string // of the mount and of the file system
	// windows says that the files are those of a Windows drive, which WSL mounts under
	// whatever name. Outside WSL virtiofs is any virtual machine's.
	windows bool
}

// mounts are all that is mounted, in the kernel's order.
type mounts []mount

// readMounts returns what is mounted; nothing where the kernel does not tell.
func (m Machine) readMounts() (all mounts) {
	wsl := m.wsl() > 0
	for line := range strings.Lines(m.read("proc/self/mountinfo")) {
		// 36 35 98:0 /root /point options optional… - kind source options
		before, after, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !ok || len(left) < 6 || len(right) < 1 {
			continue
		}
		found := mount{point: unescape(left[4]), kind: right[0], options: strings.Split(left[5], ",")}
		if len(right) > 2 {
			found.options = append(found.options, strings.FieldsFunc(right[2], func(r rune) bool { return r == ',' || r == ';' })...)
		}
		found.windows = found.kind == "drvfs" || found.kind == "9p" && found.has("aname=drvfs") || found.kind == "virtiofs" && wsl
		all = append(all, found)
	}
	return all
}

// unescape undoes what the kernel makes of blanks: \040 and the like.
func unescape(text string) string {
	plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	if err != nil {
		return text
	}
	return plain
}

// of returns the mount that dir is on, or will be once it is made; an empty one if
// that can't be told. Of two at one place the later covers the earlier.
func (t mounts) of(dir string) (on mount) {
	if dir == "" {
		return mount{}
	}
	physical := existing(dir)
	for _, one := range t {
		within := one.point == physical || one.point == "/" || strings.HasPrefix(physical, one.point+string(filepath.Separator))
		if within && len(one.point) >= len(on.point) {
			on = one
		}
	}
	return on
}

// network reports whether the files are another machine's.
func (f mount) network() bool {
	return slices.Contains([]string{
		"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.glusterfs", "lustre", "fuse.sshfs", "ncpfs",
	}, f.kind)
}

func (f mount) has(option string) bool { return slices.Contains(f.options, option) }
