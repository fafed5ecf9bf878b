package cross

import (
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
	switch goos {
	case "windows":
		return formatPE
	case "darwin", "ios":
		return formatMachO
	case "plan9":
		return formatPlan9
	case "aix":
		return formatXCOFF
	case "js", "wasip1":
		return formatWasm
	}
	return formatELF
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

// readHeader reads the header that the first bytes announce.
func readHeader(f io.ReaderAt) (*Program, error) {
	magic := make([]byte, 4)
	if _, err := f.ReadAt(magic, 0); err != nil {
		return nil, errors.New("no program: too short")
	}
	for _, format := range []struct {
		magic string
		read  func(io.ReaderAt) (*Program, error)
	}{
		{elf.ELFMAG, readELF}, {"MZ", readPE},
		{"\xfe\xed\xfa\xce", readMachO}, {"\xfe\xed\xfa\xcf", readMachO}, // big-endian
		{"\xce\xfa\xed\xfe", readMachO}, {"\xcf\xfa\xed\xfe", readMachO},
		{"\x00asm", only(formatWasm, "wasm")},
		{"\x01\xf7", only(formatXCOFF, "ppc64")},
		{"\x00\x00\x01\xeb", only(formatPlan9, "386")},
		{"\x00\x00\x8a\x97", only(formatPlan9, "amd64")},
		{"\x00\x00\x06\x47", only(formatPlan9, "arm")},
	} {
		if string(magic[:len(format.magic)]) == format.magic {
			return format.read(f)
		}
	}
	return nil, fmt.Errorf("no program: begins with % x", magic)
}

// only is for formats whose first bytes say all that there is to know here.
func only(format, machine string) func(io.ReaderAt) (*Program, error) {
	return func(io.ReaderAt) (*Program, error) { return &Program{Format: format, Machine: machine}, nil }
}

func readELF(r io.ReaderAt) (*Program, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return nil, fmt.Errorf("no program: ELF type %v", f.Type)
	}
	p := &Program{Format: formatELF, Machine: fmt.Sprintf("%v %v %v", f.Machine, f.Class, f.Data)}
	for _, m := range []struct {
		machine elf.Machine
		class   elf.Class
		data    elf.Data
		goarch  string
	}{
		{elf.EM_X86_64, elf.ELFCLASS64, elf.ELFDATA2LSB, "amd64"},
		{elf.EM_386, elf.ELFCLASS32, elf.ELFDATA2LSB, "386"},
		{elf.EM_ARM, elf.ELFCLASS32, elf.ELFDATA2LSB, "arm"},
		{elf.EM_AARCH64, elf.ELFCLASS64, elf.ELFDATA2LSB, "arm64"},
		{elf.EM_LOONGARCH, elf.ELFCLASS64, elf.ELFDATA2LSB, "loong64"},
		{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2MSB, "mips"},
		{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2LSB, "mipsle"},
		{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2MSB, "mips64"},
		{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2LSB, "mips64le"},
		{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2MSB, "ppc64"},
		{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2LSB, "ppc64le"},
		{elf.EM_RISCV, elf.ELFCLASS64, elf.ELFDATA2LSB, "riscv64"},
		{elf.EM_S390, elf.ELFCLASS64, elf.ELFDATA2MSB, "s390x"},
	} {
		if f.Machine == m.machine && f.Class == m.class && f.Data == m.data {
			p.Machine = m.goarch
		}
	}
	return p, nil
}

func readPE(r io.ReaderAt) (*Program, error) {
	f, err := pe.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Characteristics&pe.IMAGE_FILE_EXECUTABLE_IMAGE == 0 || f.Characteristics&pe.IMAGE_FILE_DLL != 0 {
		return nil, fmt.Errorf("no program: PE characteristics %#x", f.Characteristics)
	}
	p := &Program{Format: formatPE, Machine: fmt.Sprintf("%#x", f.Machine)}
	wide := false
	switch header := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		p.Subsystem = int(header.Subsystem)
	case *pe.OptionalHeader64:
		p.Subsystem, wide = int(header.Subsystem), true
	default:
		return nil, errors.New("no program: no optional header")
	}
	for _, m := range []struct {
		machine uint16
		wide    bool
		goarch  string
	}{
		{pe.IMAGE_FILE_MACHINE_AMD64, true, "amd64"},
		{pe.IMAGE_FILE_MACHINE_ARM64, true, "arm64"},
		{pe.IMAGE_FILE_MACHINE_I386, false, "386"},
		{pe.IMAGE_FILE_MACHINE_ARMNT, false, "arm"},
	} {
		if f.Machine == m.machine && wide == m.wide {
			p.Machine = m.goarch
		}
	}
	return p, nil
}

func readMachO(r io.ReaderAt) (*Program, error) {
	f, err := macho.NewFile(r)
	if err != nil {
		return nil, err
	}
	if f.Type != macho.TypeExec {
		return nil, fmt.Errorf("no program: Mach-O type %v", f.Type)
	}
	p := &Program{Format: formatMachO, Machine: f.Cpu.String()}
	switch f.Cpu {
	case macho.CpuAmd64:
		p.Machine = "amd64"
	case macho.CpuArm64:
		p.Machine = "arm64"
	case macho.Cpu386:
		p.Machine = "386"
	}
	return p, nil
}
