package cross

import (
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"os"
)

// The formats of programs.
const (
	formatELF   = "elf"
	formatPE    = "pe"
	formatMachO = "macho"
	formatPlan9 = "plan9"
	formatXCOFF = "xcoff"
	formatWasm  = "wasm"
)

// subsystemConsole is the subsystem of a Windows program that has a console.
const subsystemConsole = pe.IMAGE_SUBSYSTEM_WINDOWS_CUI

// formatOf returns the format of programs for an operating system.
func formatOf(goos string) string {
	return cmp.Or(map[string]string{
		"windows": formatPE, "darwin": formatMachO, "ios": formatMachO, "plan9": formatPlan9,
		"aix": formatXCOFF, "js": formatWasm, "wasip1": formatWasm,
	}[goos], formatELF)
}

// A Program is what the header of a program and Go's own record in it say.
type Program struct {
	Format    string `json:"format"`
	Machine   string `json:"machine"`   // as GOARCH has it, if it is one of Go's
	Subsystem int    `json:"subsystem"` // of Windows, else 0

	GoVersion string `json:"go_version"` // recorded since go1.13
	GOOS      string `json:"goos"`       // recorded since go1.18
	GOARCH    string `json:"goarch"`     // recorded since go1.18
}

// readProgram reads a program, of whatever port.
func readProgram(file string) (*Program, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := readHeader(f)
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.Read(f)
	if err != nil { // of a release that records nothing, or not in this format
		return p, nil //nolint:nilerr // whoever knows the release judges
	}
	p.GoVersion = info.GoVersion
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			p.GOOS = s.Value
		case "GOARCH":
			p.GOARCH = s.Value
		}
	}
	return p, nil
}

// readHeader reads the header that the first bytes announce. Of some formats they
// say all that there is to know here.
func readHeader(f io.ReaderAt) (*Program, error) {
	magic := make([]byte, 4)
	if _, err := f.ReadAt(magic, 0); err != nil {
		return nil, errors.New("not a program: too short")
	}
	switch string(magic) {
	case elf.ELFMAG:
		return readELF(f)
	case "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf": // the last two are big-endian
		return readMachO(f)
	case "\x00asm":
		return &Program{Format: formatWasm, Machine: "wasm"}, nil
	case "\x00\x00\x01\xeb":
		return &Program{Format: formatPlan9, Machine: "386"}, nil
	case "\x00\x00\x8a\x97":
		return &Program{Format: formatPlan9, Machine: "amd64"}, nil
	case "\x00\x00\x06\x47":
		return &Program{Format: formatPlan9, Machine: "arm"}, nil
	}
	switch string(magic[:2]) {
	case "MZ":
		return readPE(f)
	case "\x01\xf7":
		return &Program{Format: formatXCOFF, Machine: "ppc64"}, nil
	}
	return nil, fmt.Errorf("not a program: begins with % x", magic)
}

func readELF(r io.ReaderAt) (*Program, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return nil, fmt.Errorf("not a program: ELF type %v", f.Type)
	}
	kind := elfKind{f.Machine, f.Class, f.Data}
	return &Program{Format: formatELF, Machine: cmp.Or(elfArchs[kind], fmt.Sprintf("%v %v %v", f.Machine, f.Class, f.Data))}, nil
}

type elfKind struct {
	machine elf.Machine
	class   elf.Class
	data    elf.Data
}

var elfArchs = map[elfKind]string{
	{elf.EM_X86_64, elf.ELFCLASS64, elf.ELFDATA2LSB}:    "amd64",
	{elf.EM_386, elf.ELFCLASS32, elf.ELFDATA2LSB}:       "386",
	{elf.EM_ARM, elf.ELFCLASS32, elf.ELFDATA2LSB}:       "arm",
	{elf.EM_AARCH64, elf.ELFCLASS64, elf.ELFDATA2LSB}:   "arm64",
	{elf.EM_LOONGARCH, elf.ELFCLASS64, elf.ELFDATA2LSB}: "loong64",
	{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2MSB}:      "mips",
	{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2LSB}:      "mipsle",
	{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2MSB}:      "mips64",
	{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2LSB}:      "mips64le",
	{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2MSB}:     "ppc64",
	{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2LSB}:     "ppc64le",
	{elf.EM_RISCV, elf.ELFCLASS64, elf.ELFDATA2LSB}:     "riscv64",
	{elf.EM_S390, elf.ELFCLASS64, elf.ELFDATA2MSB}:      "s390x",
}

func readPE(r io.ReaderAt) (*Program, error) {
	f, err := pe.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Characteristics&pe.IMAGE_FILE_EXECUTABLE_IMAGE == 0 || f.Characteristics&pe.IMAGE_FILE_DLL != 0 {
		return nil, fmt.Errorf("not a program: PE characteristics %#x", f.Characteristics)
	}
	p := &Program{Format: formatPE}
	var archs map[uint16]string
	switch header := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		p.Subsystem = int(header.Subsystem)
		archs = map[uint16]string{pe.IMAGE_FILE_MACHINE_I386: "386", pe.IMAGE_FILE_MACHINE_ARMNT: "arm"}
	case *pe.OptionalHeader64:
		p.Subsystem = int(header.Subsystem)
		archs = map[uint16]string{pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64"}
	default:
		return nil, errors.New("not a program: no optional header")
	}
	p.Machine = cmp.Or(archs[f.Machine], fmt.Sprintf("%#x", f.Machine))
	return p, nil
}

func readMachO(r io.ReaderAt) (*Program, error) {
	f, err := macho.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Type != macho.TypeExec {
		return nil, fmt.Errorf("not a program: Mach-O type %v", f.Type)
	}
	archs := map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64", macho.Cpu386: "386"}
	return &Program{Format: formatMachO, Machine: cmp.Or(archs[f.Cpu], f.Cpu.String())}, nil
}
