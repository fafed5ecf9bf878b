package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"unicode/utf16"
	"unsafe"
)

// Exe is what the file name of a program ends in.
const Exe = ".exe"

// Exec runs program, with argv[0] and args as given, and ends this process with
// its exit code, which is the nearest thing to becoming it that Windows has. It
// returns only on error.
func Exec(program string, argv, env []string) error {
	// The console sends Ctrl-C to the program, too, which decides what comes of it.
	// To ignore it would leave it to Windows, which ends this process.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	cmd := exec.Cmd{Path: program, Args: argv, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := cmd.Start()
	if err == nil {
		_ = cmd.Process.WithHandle(endWithMe)
		err = cmd.Wait()
	}
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) {
		os.Exit(cmd.ProcessState.ExitCode())
	}
	if length := len(utf16.Encode([]rune(program))); length >= syscall.MAX_PATH {
		err = errors.New("its path has " + strconv.Itoa(length) + " characters, and Windows starts programs with at most 259; a shorter GOSW_ROOT helps")
	}
	return &fs.PathError{Op: "exec", Path: program, Err: err}
}

// endWithMe has Windows end a process when this one ends, also when that is killed: to
// kill a shim is to kill the tool. What the process itself starts is not concerned,
// as if it had been killed directly. Where that can't be had, the tool goes on.
func endWithMe(process uintptr) {
	kernel := syscall.NewLazyDLL("kernel32.dll")
	create, set, assign := kernel.NewProc("CreateJobObjectW"), kernel.NewProc("SetInformationJobObject"), kernel.NewProc("AssignProcessToJobObject")
	for _, proc := range []*syscall.LazyProc{create, set, assign} {
		if proc.Find() != nil {
			return
		}
	}
	job, _, _ := create.Call(0, 0)
	if job == 0 {
		return
	}
	const extended = 9 // JobObjectExtendedLimitInformation
	var limits jobLimits
	limits.flags = 0x2000 | 0x1000 // KILL_ON_JOB_CLOSE, SILENT_BREAKAWAY_OK
	if ok, _, _ := set.Call(job, extended, uintptr(unsafe.Pointer(&limits)), unsafe.Sizeof(limits)); ok != 0 {
		_, _, _ = assign.Call(job, process) // the job is closed by the end of this process
	}
}

// jobLimits is JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
type jobLimits struct {
	_     [2]int64 // times
	flags uint32
	_     [2]uintptr // sizes of working sets
	_     uint32     // processes
	_     uintptr    // affinity
	_     [2]uint32  // priority, scheduling
	_     [6]uint64  // counters
	_     [4]uintptr // memory
}

func executable(fs.FileInfo) bool { return true }
