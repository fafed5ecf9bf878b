package release

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// A ForeignError says that a directory is not a tree that Go has published, before
// any of it is hashed.
type ForeignError struct {
	Reason string // such as "no VERSION file"
	// Package says that it is the form in which distributions ship Go: split,
	// patched or built by themselves. Their package manager vouches for it.
	Package bool
	Version gover.Version // the release it is made from, as far as that is known
}

func (e *ForeignError) Error() string { return e.Reason }

// Identify reads which release a GOROOT says it is, and for which platform, such as
// "linux/amd64": from VERSION, the names below pkg/tool, and the header of bin/go.
// Where the names leave a choice, prefer decides. It runs nothing and proves nothing.
//
// The error is a [*ForeignError] if the tree is not one of Go's.
func Identify(root *os.Root, prefer string) (v gover.Version, platform string, err error) {
	v, err = readVersion(root)
	if err != nil {
		return v, "", err
	}
	for _, part := range []string{"bin", "pkg", "src", "pkg/tool"} {
		info, err := root.Lstat(part)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return v, "", &ForeignError{"no directory " + part, true, v}
		case err != nil:
			return v, "", err
		case !info.IsDir():
			return v, "", &ForeignError{part + " is a " + tree.TypeName(info.Mode()), true, v}
		}
	}
	platform, err = readPlatform(root, v, prefer)
	return v, platform, err
}

// VersionLine returns the first line of VERSION.
func VersionLine(root *os.Root) (string, error) {
	text, err := readHead(root, "VERSION", 256)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line), err
}

// readVersion reads VERSION, whose first line is the version.
func readVersion(root *os.Root) (gover.Version, error) {
	line, err := VersionLine(root)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := root.Lstat("src/make.bash"); err == nil {
			return gover.Version{}, &ForeignError{Reason: "no VERSION file: built from a source repository"}
		}
		return gover.Version{}, &ForeignError{Reason: "no VERSION file: not a GOROOT"}
	}
	if err != nil {
		return gover.Version{}, err
	}
	v, err := gover.Parse(line)
	if err == nil && v.String() == line {
		return v, nil
	}
	says := fmt.Sprintf("VERSION says %.100q", line)
	if strings.HasPrefix(line, "devel") {
		return gover.Version{}, &ForeignError{Reason: says + ": a development build, not a release"}
	}
	// As in "go1.22.3 (Red Hat 1.22.3-1.el9)" or "go1.22.3-suffix".
	name := line[:max(strings.IndexAny(line, " -+_("), 0)]
	if v, err := gover.Parse(name); err == nil && v.String() == name {
		return gover.Version{}, &ForeignError{says + ": not Go's own build", true, v}
	}
	return gover.Version{}, &ForeignError{Reason: says + ": not a release of Go"}
}

// readHead returns the first bytes of a regular file that is no link.
func readHead(root *os.Root, name string, limit int64) ([]byte, error) {
	listed, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !listed.Mode().IsRegular() {
		return nil, &ForeignError{Reason: name + " is a " + tree.TypeName(listed.Mode()), Package: true}
	}
	f, err := tree.OpenIn(root, name, listed)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// readPlatform finds the platform on which bin/go runs.
func readPlatform(root *os.Root, v gover.Version, prefer string) (string, error) {
	named, err := toolPlatforms(root)
	if err != nil {
		return "", err
	}
	head, err := readHead(root, "bin/go", 4096)
	if errors.Is(err, fs.ErrNotExist) {
		head, err = readHead(root, "bin/go.exe", 4096)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", &ForeignError{"no bin/go", true, v}
	} else if err != nil {
		return "", err
	}
	fits := slices.DeleteFunc(slices.Clone(named), func(p string) bool { return !runsOn(head, p) })
	switch {
	case len(fits) == 1:
		return fits[0], nil
	case slices.Contains(fits, prefer):
		return prefer, nil
	case len(named) == 0:
		return "", &ForeignError{"no tools below pkg/tool", true, v}
	case len(fits) == 0:
		return "", &ForeignError{fmt.Sprintf("bin/go is not a program for %v, as pkg/tool has it", named), false, v}
	}
	return "", fmt.Errorf("tools for several platforms, %v, and bin/go could be any of them", fits)
}

// toolPlatforms returns the platforms that pkg/tool has directories for.
func toolPlatforms(root *os.Root) ([]string, error) {
	dir, err := tree.OpenIn(root, "pkg/tool", nil)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(256) // there is one, or a few of cross builds
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		system, arch, _ := strings.Cut(entry.Name(), "_")
		if p := (Platform{system, arch}); entry.IsDir() && p.Valid() {
			found = append(found, p.String())
		}
	}
	slices.Sort(found)
	return found, nil
}

// runsOn reports whether a program that begins with head can be one for p. Of a
// format that is not known here it says yes: the checksum decides in the end.
func runsOn(head []byte, platform string) bool {
	system, arch, _ := strings.Cut(platform, "/")
	word := func(at int, order binary.ByteOrder) uint16 {
		if len(head) < at+2 {
			return 0
		}
		return order.Uint16(head[at:])
	}
	switch {
	case strings.HasPrefix(string(head), elf.ELFMAG):
		order := binary.ByteOrder(binary.LittleEndian)
		big := len(head) > elf.EI_DATA && elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB
		if big {
			order = binary.BigEndian
		}
		return system != "windows" && system != "darwin" && elfFits(elf.Machine(word(18, order)), big, arch)
	case len(head) > 8 && binary.LittleEndian.Uint32(head) == macho.Magic64:
		cpu := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}[arch]
		return (system == "darwin" || system == "ios") && macho.Cpu(binary.LittleEndian.Uint32(head[4:])) == cpu
	case strings.HasPrefix(string(head), "MZ"):
		machine := map[string]uint16{
			"amd64": pe.IMAGE_FILE_MACHINE_AMD64, "386": pe.IMAGE_FILE_MACHINE_I386,
			"arm64": pe.IMAGE_FILE_MACHINE_ARM64, "arm": pe.IMAGE_FILE_MACHINE_ARMNT,
		}[arch]
		header := int(word(0x3c, binary.LittleEndian)) // where "PE\0\0" and the machine are
		return system == "windows" && word(header+4, binary.LittleEndian) == machine
	}
	return true
}

// elfMachines are those of the architectures; of two byte orders the little one ends in
// "le".
var elfMachines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "amd64p32": elf.EM_X86_64, "386": elf.EM_386, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64,
	"ppc64": elf.EM_PPC64, "mips": elf.EM_MIPS, "mips64": elf.EM_MIPS,
	"s390x": elf.EM_S390, "riscv64": elf.EM_RISCV, "loong64": elf.EM_LOONGARCH,
}

func elfFits(m elf.Machine, big bool, arch string) bool {
	plain, little := strings.CutSuffix(arch, "le")
	want, known := elfMachines[plain]
	both := m == elf.EM_PPC64 || m == elf.EM_MIPS
	return !known || m == want && (!both || big == !little)
}
