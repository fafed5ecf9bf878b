package toolchain

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is also the program that a shim runs, and the shim: GOSW_TEST_EXEC says
// what to do, and GOSW_TEST_SHIM has it done by [Exec].
func TestMain(m *testing.M) {
	what := os.Getenv("GOSW_TEST_EXEC")
	if what == "" {
		os.Exit(m.Run())
	}
	if os.Getenv("GOSW_TEST_SHIM") != "" {
		env := NewEnv(os.Environ()).Without("GOSW_TEST_SHIM").Entries
		fmt.Println(Exec(os.Args[0], append([]string{"go"}, os.Args[1:]...), env))
		os.Exit(99)
	}
	switch what {
	case "code":
		code, _ := strconv.ParseUint(os.Args[1], 0, 32)
		os.Exit(int(code))
	case "arguments":
		for _, arg := range os.Args {
			fmt.Printf("%q\n", arg)
		}
	case "wait":
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		fmt.Println(os.Getpid())
		select {
		case <-interrupted:
			time.Sleep(100 * time.Millisecond) // as one that cleans up
			os.Exit(42)
		case <-time.After(time.Minute):
		}
	}
}

func shim(what string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "GOSW_TEST_SHIM=1", "GOSW_TEST_EXEC="+what)
	return cmd
}

// TestExecCode has exit codes as Windows has them: 32 bits without a sign.
func TestExecCode(t *testing.T) {
	for _, want := range []uint32{0, 1, 2, 127, 255, 256, 259, 0x7fffffff, 0x80000000, 0xc000013a, 0xffffffff} {
		cmd := shim("code", fmt.Sprint(want))
		_ = cmd.Run()
		if got := uint32(cmd.ProcessState.ExitCode()); got != want {
			t.Errorf("exit code %#x, want %#x", got, want)
		}
	}
}

// TestExecArguments has arguments that a program's own splitting of its command line
// could take for something else.
func TestExecArguments(t *testing.T) {
	var args []string
	for _, core := range []string{"", "a", "a b", `"`, `\`, `a\`, `a b\`, `\"`, `\\"`, `a"b c`, "%PATH%", "^&|<>", "!x!", "*", "'", "\t", "ä€😀", `C:\Program Files\Go\`, `-ldflags=-X "a=b c"`, "/x"} {
		args = append(args, core, core+core, "x"+core+"y")
	}
	out, err := shim("arguments", args...).Output()
	var want strings.Builder
	for _, arg := range append([]string{"go"}, args...) {
		fmt.Fprintf(&want, "%q\n", arg)
	}
	if err != nil || string(out) != want.String() {
		t.Errorf("got\n%s%v\nwant\n%s", out, err, &want)
	}
}

// waiting starts a shim whose program waits, and returns that, too.
func waiting(t *testing.T) (cmd *exec.Cmd, program *os.Process) {
	t.Helper()
	cmd = shim("wait")
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	if program, err = os.FindProcess(pid); err != nil || pid == cmd.Process.Pid {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd, program
}

// TestExecKilled kills a shim: its program ends with it.
func TestExecKilled(t *testing.T) {
	cmd, program := waiting(t)
	start := time.Now()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if _, err := program.Wait(); err != nil || time.Since(start) > 20*time.Second {
		t.Errorf("the program went on for %v, %v", time.Since(start), err)
	}
}

// TestExecInterrupted presses Ctrl-Break, which goes to a group of processes: the shim
// stays until its program has ended, and passes its exit code on.
func TestExecInterrupted(t *testing.T) {
	kernel := syscall.NewLazyDLL("kernel32.dll")
	_, _, _ = kernel.NewProc("AllocConsole").Call() // there is one, mostly
	cmd, _ := waiting(t)
	generate := kernel.NewProc("GenerateConsoleCtrlEvent")
	if ok, _, err := generate.Call(syscall.CTRL_BREAK_EVENT, uintptr(cmd.Process.Pid)); ok == 0 {
		_ = cmd.Process.Kill()
		t.Skipf("no console: %v", err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 42 {
		t.Errorf("exit code %#x, want 42", code)
	}
}

// TestFold compares elements of PATH as Windows does.
func TestFold(t *testing.T) {
	home := Home(`C:\Users\Me\.local\go`)
	for dir, want := range map[string]bool{
		`C:\Users\Me\.local\go\bin`: true, `c:\users\ME\.local\GO\Bin\`: true, `C:/Users/Me/.local/go/bin`: true,
		`C:\Users\Me\.local\go`: false, `C:\Users\Me\.local\go\bin2`: false, `.`: false, ``: false,
	} {
		if got := SameDir(dir, home.Bin()); got != want {
			t.Errorf("%q is the store's bin: %v, want %v", dir, got, want)
		}
	}
	path := `C:\Windows;c:\users\me\.local\go\BIN;C:\USERS\Me\.local\go\toolchains\go1.22.4\bin;D:\x`
	if got, want := (Path{home}).SearchPath(path, ""), `C:\Users\Me\.local\go\bin;C:\Windows;D:\x`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
