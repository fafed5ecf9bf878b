package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/web"
)

// The exit codes of gosw, as docs/reference.md promises them. A command that
// gosw runs for the user passes its own code through.
const (
	exitFailed       = 1
	exitUsage        = 2
	exitSecurity     = 3
	exitDue          = 4   // outdated, audit: done, and something was found
	exitCannotRun    = 126 // found, but it can't be run
	exitNotInstalled = 127 // exec and shim: nothing there to run
	exitInterrupted  = 130
)

var errInterrupted = errors.New("interrupted; every version is either done or untouched")

// A usageError is a mistake in what was typed.
type usageError struct {
	err  error
	hint Hint
}

func usage(err error, hint Hint) error { return &usageError{err, hint} }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usageIn returns the mistake in what was typed that err is about, nil if it is
// about none.
func usageIn(err error) error {
	if mistake := (*usageError)(nil); errors.As(err, &mistake) {
		return mistake
	}
	return nil
}

// A hintError adds a hint that only the command knows.
type hintError struct {
	err  error
	hint Hint
}

func withHint(err error, hint Hint) error { return &hintError{err, hint} }

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

// An exitError sets the exit code of err.
type exitError struct {
	err  error
	code int
}

func withCode(err error, code int) error { return &exitError{err, code} }

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// A settingError says that a setting has a value that it can't have.
type settingError struct {
	setting setting
	want    string
}

func (e *settingError) Error() string {
	return fmt.Sprintf("%s (%s): %q is not %s", e.setting.Name, e.setting.Origin, e.setting.Value, e.want)
}

// An unprovenError is a failed proof of what is installed already.
type unprovenError struct {
	version gover.Version
	err     *sumdb.SecurityError
	repair  command.Command // replaces it
}

func unproven(v gover.Version, err *sumdb.SecurityError, repair command.Command) error {
	return &unprovenError{v, err, repair}
}

func (e *unprovenError) Error() string { return e.version.String() + ": " + e.err.Error() }
func (e *unprovenError) Unwrap() error { return e.err }

// An unjudgedError is a failed proof of what a tree was to be compared with.
type unjudgedError struct{ err error }

func unjudged(err error) error { return &unjudgedError{err} }

func (e *unjudgedError) Error() string { return e.err.Error() }
func (e *unjudgedError) Unwrap() error { return e.err }

// A notInstalledError says that the version that applies is not installed.
type notInstalledError struct {
	spec   gover.Spec
	source string // "GO_VERSION" or "/src/.go-version:1"; "" if it was typed
}

func (e *notInstalledError) Error() string {
	text := specName(e.spec) + " is not installed"
	if e.source != "" {
		text += " (set by " + e.source + ")"
	}
	return text
}

// specName says what spec stands for, in a sentence.
func specName(spec gover.Spec) string {
	if v, ok := spec.Version(); ok {
		return v.String()
	}
	if spec.Kind() == gover.Line {
		return "go" + spec.String()
	}
	return spec.String()
}

// report prints err, and each of the errors joined in it, once, and returns the
// exit code.
func (a *app) report(err error) int {
	if err == nil {
		return 0
	}
	code := 0
	said := make(map[string]bool)
	for _, err := range flatten(err) {
		if !said[err.Error()] && !errors.Is(err, errDue) && !errors.Is(err, errAiling) {
			a.reportOne(err)
		}
		said[err.Error()] = true
		code = worse(code, exitCode(err))
	}
	return code
}

func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, err := range joined.Unwrap() {
		all = append(all, flatten(err)...)
	}
	return all
}

// securityErrors returns the failed proofs in err, which an interrupt does not make
// undone.
func securityErrors(err error) []error {
	return slices.DeleteFunc(flatten(err), func(err error) bool { return !errors.As(err, new(*sumdb.SecurityError)) })
}

// worse picks the code that a script should see: a failed proof over all else,
// and that something is due only if nothing failed.
func worse(a, b int) int {
	switch {
	case a == exitSecurity || b == exitSecurity:
		return exitSecurity
	case a == exitDue && b > 0:
		return b
	case b == exitDue && a > 0:
		return a
	}
	return max(a, b)
}

func exitCode(err error) int {
	var exit *exitError
	var security *sumdb.SecurityError
	var usage *usageError
	switch {
	case errors.As(err, &security):
		return exitSecurity
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	}
	return exitFailed
}

func (a *app) reportOne(err error) {
	if security := (*sumdb.SecurityError)(nil); errors.As(err, &security) {
		a.ui.security(security, consequence(err).in(a.ui.shell))
		return
	}
	a.ui.note("%v", err)
	a.ui.hint("%v", hintFor(err))
}

// security prints the block of a failed proof. There is no hint: no flag goes
// on from here.
func (u *ui) security(err *sumdb.SecurityError, consequence string) {
	u.note("%v", err)
	for _, line := range err.Details {
		_, _ = fmt.Fprintf(u.err, "\t%s\n", clean(line))
	}
	_, _ = fmt.Fprintf(u.err, "SECURITY ERROR\n%s\n", consequence)
}

// consequence says what a failed proof means for the user.
func consequence(err error) Hint {
	if installed := (*unprovenError)(nil); errors.As(err, &installed) {
		return hintf("This toolchain could not be proven to be the published release. Do not run it: %v replaces it.", installed.repair)
	}
	if tree := (*unjudgedError)(nil); errors.As(err, &tree) {
		return hintf("The checksum database could not prove what it says, so nothing is known about this tree. Nothing was changed.")
	}
	return hintf("This download could not be proven to be the published release. Nothing was installed.")
}

// hintOf returns the hint that err was given where it arose, if it was.
func hintOf(err error) (hint Hint, ok bool) {
	var hinted *hintError
	var usage *usageError
	switch {
	case errors.As(err, &hinted):
		return hinted.hint, true
	case errors.As(err, &usage):
		return usage.hint, true
	}
	return Hint{}, false
}

// hintFor returns the command or change that mends err, if one is known.
func hintFor(err error) Hint {
	var startup *fileError
	var missing *notInstalledError
	var pin *resolve.PinError
	var format *store.FormatError
	var private *web.NoProxyError
	var setting *settingError
	var busy *store.BusyError
	var access *store.AccessError
	var variable *toolchain.VariableError
	var notArchive *fetch.NotArchiveError
	var status *web.StatusError
	if hint, ok := hintOf(err); ok {
		return hint
	}
	switch {
	case errors.As(err, &startup):
		return startup.hint
	case errors.As(err, new(*outputError)):
		return Hint{}
	case errors.Is(err, syscall.EIO):
		return hintf(`the disk can't be read or written; the kernel's log ("dmesg") has more`)
	case errors.Is(err, syscall.ESTALE):
		return hintf(`the server of that file system has lost it: mount it again`)
	case errors.Is(err, syscall.EMFILE):
		return hintf(`"ulimit -n" shows how many files may be open here: try in a new shell, or raise the limit where it is set`)
	case errors.As(err, &missing):
		return missing.hint()
	case errors.As(err, &pin):
		return pinHint(pin)
	case errors.As(err, &setting):
		return setting.hint()
	case errors.As(err, &busy):
		return hintf(`try again when that has ended; GOSW_LOCK_TIMEOUT is how long gosw waits`)
	case errors.As(err, &format):
		return formatHint(format)
	case errors.As(err, &access):
		chmod := command.Run("chmod", "go-w", access.Path)
		return Hint{chmod, "what may be changed by others is not for you to run: %v", []any{chmod}}
	case errors.Is(err, sumdb.ErrOff):
		return hintf(`set the database for this command: "GOSUMDB=sum.golang.org gosw install …"`)
	case errors.As(err, &private):
		return hintf(`leave golang.org/toolchain out of GOPRIVATE and GONOPROXY: "gosw env" shows where they are set`)
	case errors.Is(err, web.ErrDirect):
		return hintf("name a module proxy: %v", gosw("env", "-w", "GOPROXY="+defaultProxy))
	case errors.As(err, &notArchive):
		return hintf(`gosw takes archives by the names that they are published with, such as go1.22.5.linux-amd64.tar.gz, and zips of the module proxy`)
	case errors.As(err, new(*release.NoHashError)):
		return hintf(`the module proxy needs no such hash: "GOSW_SOURCE=proxy gosw install …"`)
	case errors.Is(err, web.ErrOffline):
		return hintf(`leave --offline away; installed versions go on working`)
	case errors.Is(err, web.ErrProxyOff):
		return hintf(`set GOPROXY for this command, or "gosw env -w GOPROXY=…"; installed versions go on working`)
	case notSet(err):
		return hintf(`export HOME, or set GOSW_ROOT to the folder of the store`)
	case errors.As(err, &variable) && variable.Name == "HOME":
		return hintf("set %s to a path that begins with /", variable.Name)
	case errors.As(err, &variable):
		return Hint{Command: command.Unset(variable.Name), Text: fmt.Sprintf("set %s to a path that begins with /", variable.Name)}
	case errors.Is(err, syscall.EXDEV):
		return hintf(`all folders of a store have to be on one file system: move the store as a whole, or set GOSW_ROOT`)
	case errors.Is(err, syscall.EDQUOT):
		return hintf(`this user's quota is used up: make room, or set GOSW_ROOT and XDG_CACHE_HOME to another disk`)
	case errors.Is(err, syscall.ENOSPC):
		return hintf(`make room, or set GOSW_ROOT and XDG_CACHE_HOME to a larger disk; "gosw doctor" looks for what lacks space or inodes`)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR), isMkdir(err):
		return hintf(`gosw writes below GOSW_ROOT and the user's cache and state folders (XDG_CACHE_HOME, XDG_STATE_HOME); "gosw env GOSW_ROOT" shows the first, "gosw doctor" looks at it`)
	case errors.As(err, &status) && status.Status == http.StatusUnauthorized:
		return hintf(`put the login for that server into netrc, or set GOAUTH: "go help goauth" says how`)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, web.ErrStalled), errors.Is(err, web.ErrSlow), isNetwork(err):
		return hintf(`look at the network and at GOPROXY, "gosw env" shows what it is, and try again`)
	}
	return Hint{}
}

// isMkdir reports whether a folder could not be made, for whatever reason.
func isMkdir(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && strings.HasPrefix(path.Op, "mkdir")
}

// isNetwork reports whether the way to a server, or what answers there instead
// of a module proxy, is to blame.
func isNetwork(err error) bool {
	var request *web.RequestError
	var status *web.StatusError
	var content *web.ContentError
	var truncated *web.TruncatedError
	return errors.As(err, &request) || errors.As(err, &status) || errors.As(err, &content) || errors.As(err, &truncated)
}

func (e *settingError) hint() Hint {
	switch e.setting.Origin {
	case "environment":
		return Hint{Command: command.Unset(e.setting.Name)}
	case newValue:
		return Hint{}
	}
	return run("gosw", "env", "-u", e.setting.Name)
}

func (e *notInstalledError) hint() Hint {
	argv := []string{"gosw", "install"}
	for _, spec := range toInstall(e.spec) {
		argv = append(argv, spec.String())
	}
	return run(argv...)
}

// formatHint tells a newer store from a damaged one.
func formatHint(e *store.FormatError) Hint {
	if n, err := strconv.Atoi(e.Found); err == nil && n > store.Format {
		return hintf("install the newest gosw; this store was last written by a newer one")
	}
	write := command.Write(strconv.Itoa(store.Format), e.File)
	return Hint{write, "no gosw writes that; if this is a store of yours, mend it: %v", []any{write}}
}

func pinHint(pin *resolve.PinError) Hint {
	if syntax := (*gover.SyntaxError)(nil); errors.As(pin, &syntax) && nearSpec(syntax.Text) != "" {
		return hintf("did you mean %q? mend it in %s", nearSpec(syntax.Text), pin.Source)
	}
	if path := (*fs.PathError)(nil); errors.As(pin, &path) && errors.Is(path, fs.ErrPermission) {
		return unreadableHint(path)
	}
	if !filepath.IsAbs(pin.Source) { // a variable
		return hintf("%s takes one version, such as 1.22, 1.22.5 or latest; %v removes it", pin.Source, command.Unset(pin.Source))
	}
	return hintf("a pin is a file with one version, such as 1.22, 1.22.5 or latest: mend or remove %s", pin.Source)
}

// unreadableHint opens a file to who may not read it.
func unreadableHint(e *fs.PathError) Hint {
	if e.Op != "open" { // it can't even be looked at, or what it links to
		return hintf("a folder on the way to %s is closed to you", e.Path)
	}
	return run("chmod", "a+r", e.Path)
}

func helpHint(cmd *cobra.Command) Hint {
	return run(append(strings.Fields(cmd.CommandPath()), "--help")...)
}

// unknownCommand names the command that args, which begin with none, may have
// been meant for.
func unknownCommand(root *cobra.Command, args []string) error {
	hint := helpHint(root)
	if args[0] == "version" {
		hint = hintf(`did you mean "gosw --version", or "gosw current"?`)
	} else if habit, ok := habitHint(args); ok {
		hint = habit
	} else if near := nearest(args[0], commandNames(root)); near != "" {
		hint = didYouMean(append([]string{near}, args[1:]...))
	} else if version := cmp.Or(nearSpec(args[0]), args[0]); parses(version) && len(args) > 1 {
		hint = didYouMean(append([]string{"exec", version, "--"}, args[1:]...))
	} else if parses(version) {
		hint = hintf("did you mean %v or %v?", gosw("install", version), gosw("use", version))
	}
	return usage(fmt.Errorf("unknown command %q", args[0]), hint)
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, command := range root.Commands() {
		if command.IsAvailableCommand() {
			names = append(names, command.Name())
		}
	}
	return names
}

// flagError words what is wrong with a flag of cmd.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	mistake := usageIn(err)
	switch {
	case mistake != nil: // from a value that knows better
		return mistake
	case !cmd.HasParent() && len(a.inv.Args) > 0 && !strings.HasPrefix(a.inv.Args[0], "-"):
		return unknownCommand(cmd, a.inv.Args)
	case errors.As(err, &value):
		err = fmt.Errorf("--%s can't be %q", value.GetFlag().Name, value.GetValue())
	case errors.As(err, &unknown):
		if hint, ok := flagHint(cmd.Name(), unknown.GetSpecifiedName(), a.plainArgs(), flagNames(cmd)); ok {
			return usage(err, hint)
		}
	}
	return usage(err, helpHint(cmd))
}

// plainArgs are the arguments of the command that are no flags.
func (a *app) plainArgs() []string {
	return slices.DeleteFunc(slices.Clone(a.inv.Args[1:]), func(arg string) bool { return strings.HasPrefix(arg, "-") })
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// asExit turns the failure to start a program into the exit code that shells
// give it. No hint on writing to the store fits it.
func asExit(err error) error {
	if _, ok := hintOf(err); !ok {
		err = withHint(err, Hint{})
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return withCode(err, exitNotInstalled)
	}
	return withCode(err, exitCannotRun)
}

// start is toolchain.Exec. What the kernel does not run of an installed toolchain,
// doctor can explain; what it does not run else is the user's.
func (t target) start(program string, argv, env []string) error {
	err := toolchain.Exec(program, argv, env)
	if errors.Is(err, fs.ErrPermission) && t.goroot != "" && strings.HasPrefix(program, t.goroot+"/") {
		err = withHint(err, hintf(`"gosw doctor" says why programs don't run there, such as a file system that is mounted noexec`))
	}
	return asExit(err)
}
