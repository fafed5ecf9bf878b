package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/spelling"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/web"
)

// A NotInstalledError says that the version that applies is not installed.
type NotInstalledError struct {
	Spec   gover.Spec
	Source string // "GO_VERSION" or "/src/.go-version:1"; "" if it was typed
}

func (e *NotInstalledError) Error() string {
	text := SpecName(e.Spec) + " is not installed"
	if e.Source != "" {
		text += " (set by " + e.Source + ")"
	}
	return text
}

// SpecName says what spec stands for, in a sentence.
func SpecName(spec gover.Spec) string {
	if v, ok := spec.Version(); ok {
		return v.String()
	}
	if spec.Kind() == gover.Line {
		return "go" + spec.String()
	}
	return spec.String()
}

// Report prints err, and each of the errors joined in it, once, and returns the
// exit code.
func (a *App) Report(err error) int {
	if err == nil {
		return 0
	}
	code := 0
	said := make(map[string]bool)
	for _, err := range failure.Flatten(err) {
		if !said[err.Error()] && !errors.Is(err, failure.ErrDue) && !errors.Is(err, failure.ErrAiling) {
			a.reportOne(err)
		}
		said[err.Error()] = true
		code = failure.Worse(code, failure.Code(err))
	}
	return code
}

func (a *App) reportOne(err error) {
	if security := (*sumdb.SecurityError)(nil); errors.As(err, &security) {
		a.UI.Security(security, term.Words(failure.Consequence(err), a.UI.Shell))
		return
	}
	a.UI.Error(err)
	a.UI.Hint("%v", a.Hint(err))
}

// hints are for errors that need no more said than that they arose.
var hints = []struct {
	err  error
	hint command.Hint
}{
	{syscall.EIO, command.Hintf(`the disk can't be read or written; look for the reason in the kernel's log ("dmesg")`)},
	{syscall.ESTALE, command.Hintf(`the network file system has lost this file: mount it again`)},
	{syscall.EMFILE, command.Hintf(`too few files may be open ("ulimit -n" shows the limit): retry in a new shell, or raise the limit`)},
	{errNoProc, command.Hintf(`mount it, as root: "mount -t proc proc /proc"`)},
	{sumdb.ErrOff, command.Hintf(`toolchains are always verified; set a database for this command: "GOSUMDB=sum.golang.org gosw install …"`)},
	{web.ErrDirect, command.Hintf("name a module proxy: %v", command.Gosw("env", "-w", "GOPROXY="+settings.DefaultProxy))},
	{web.ErrOffline, command.Hintf(`run it again without --offline`)},
	{web.ErrProxyOff, command.Hintf(`set GOPROXY for this command, or for all with "gosw env -w GOPROXY=…"; installed versions work without it`)},
	{syscall.EXDEV, command.Hintf(`a store must be on one file system: move all of it, or set GOSW_ROOT`)},
	{syscall.EDQUOT, command.Hintf(`your disk quota is used up: free some space, or set GOSW_ROOT and XDG_CACHE_HOME to another disk`)},
	{syscall.ENOSPC, command.Hintf(`free some space, or set GOSW_ROOT and XDG_CACHE_HOME to a larger disk; "gosw doctor" shows which disk is full`)},
}

// HintFor returns the command or change that fixes err, if one is known.
func HintFor(err error) command.Hint {
	if hint, ok := failure.HintOf(err); ok {
		return hint
	}
	if startup, ok := errors.AsType[*setup.FileError](err); ok {
		return startup.Hint
	}
	if errors.As(err, new(*term.OutputError)) {
		return command.Hint{}
	}
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.hint
		}
	}
	var missing *NotInstalledError
	var pin *resolve.PinError
	var format *store.FormatError
	var setting *settings.SettingError
	var way *store.WayError
	var access *store.AccessError
	var variable *toolchain.VariableError
	var status *web.StatusError
	switch {
	case errors.As(err, &missing):
		return missing.hint()
	case errors.As(err, &pin):
		return pinHint(pin)
	case errors.As(err, &setting):
		return settingHint(setting.Setting)
	case errors.As(err, new(*store.InUseError)):
		return command.Hintf(`try again when that process has ended`)
	case errors.As(err, new(*store.BusyError)):
		return command.Hintf(`retry when that process has ended; GOSW_LOCK_TIMEOUT sets how long gosw waits`)
	case errors.As(err, &format):
		return formatHint(format)
	case errors.As(err, &access):
		return accessHint(access, func(string) string { return "" }, nil)
	case errors.As(err, &way) && way.User == 0:
		return command.Hintf("the files would belong to root: run gosw as that user, or set GOSW_ROOT to a store of root's own")
	case errors.As(err, &way):
		return command.Hintf("another user could replace this store: set GOSW_ROOT to one below directories that belong to you or root")
	case errors.As(err, new(*sumdb.OlderError)):
		return command.Hintf(`where that copy is made: "gosw mirror DIR" moves it on; "gosw bundle FILE VERSION --heads HEADS" takes the file sumdb/NAME/latest from this machine's state directory`)
	case errors.As(err, new(*web.NoProxyError)):
		return command.Hintf(`remove golang.org/toolchain from GOPRIVATE and GONOPROXY; "gosw env" shows where they are set`)
	case errors.As(err, new(*fetch.NotArchiveError)):
		return command.Hintf(`use an archive with its published name, such as go1.22.5.linux-amd64.tar.gz, or a zip of the module proxy`)
	case errors.As(err, new(*release.NoHashError)):
		return command.Hintf(`use the module proxy, which needs no such hash: "GOSW_SOURCE=proxy gosw install …"`)
	case errors.As(err, &variable):
		return variableHint(variable)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR), isMkdir(err):
		return command.Hintf(`gosw must be able to write to GOSW_ROOT, XDG_CACHE_HOME and XDG_STATE_HOME; run "gosw doctor" to check them`)
	case errors.As(err, &status) && status.Status == http.StatusUnauthorized:
		return command.Hintf(`add the login for that server to your netrc file, or set GOAUTH ("go help goauth")`)
	case errors.As(err, new(*tls.CertificateVerificationError)) && errors.As(err, new(x509.UnknownAuthorityError)):
		return authorityHint()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, web.ErrStalled), errors.Is(err, web.ErrSlow), web.IsAway(err):
		return command.Hintf(`check your connection and GOPROXY ("gosw env GOPROXY"), then retry`)
	}
	return command.Hint{}
}

func variableHint(e *toolchain.VariableError) command.Hint {
	switch {
	case e.Name == "USERPROFILE" || e.Value == "":
		return failure.HomeHint(e.Name, ", or set GOSW_ROOT to the store's directory")
	case e.Name == "HOME":
		return command.Hintf("set HOME to an absolute path")
	}
	return command.Hint{Command: command.Unset(e.Name), Text: "set %s to an absolute path", Args: []any{e.Name}}
}

// authorityHint is for a certificate whose signer this system does not know: it knows
// none, as many small images, or not the one of a proxy that looks into TLS.
func authorityHint() command.Hint {
	if roots, err := x509.SystemCertPool(); err != nil || roots.Equal(x509.NewCertPool()) {
		return command.Hintf(`this system has no CA certificates: install the package ca-certificates, or set SSL_CERT_FILE to a file with them`)
	}
	return command.Hintf(`if your network has a certificate authority of its own, add it to the system's, or set SSL_CERT_FILE to a file with all of them`)
}

// isMkdir reports whether a directory could not be made, for whatever reason.
func isMkdir(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && strings.HasPrefix(path.Op, "mkdir")
}

func (e *NotInstalledError) hint() command.Hint {
	argv := []string{"gosw", "install"}
	for _, spec := range ToInstall(e.Spec) {
		argv = append(argv, spec.String())
	}
	hint := command.ToRun(argv...)
	if text := e.Spec.String(); text == "1.1" || text == "1.2" {
		hint.Text = "did you mean %[1]s0? YAML reads it as the number %[1]s, unless it is in quotes: \"%[1]s0\"; for %[1]s itself, run %[2]v"
		hint.Args = []any{text, hint.Command}
	}
	return hint
}

// formatHint tells a newer store from a damaged one.
func formatHint(e *store.FormatError) command.Hint {
	if n, err := strconv.Atoi(e.Found); err == nil && n > store.Format {
		return command.Hintf("a newer gosw wrote this store; install the newest gosw")
	}
	write := command.Write(strconv.Itoa(store.Format), e.File)
	return command.Hint{Command: write, Text: "the file is damaged; if this is your store, repair it: %v", Args: []any{write}}
}

func pinHint(pin *resolve.PinError) command.Hint {
	if syntax := (*gover.SyntaxError)(nil); errors.As(pin, &syntax) && spelling.Version(syntax.Text) != "" {
		return command.Hintf("did you mean %q? fix it in %s", spelling.Version(syntax.Text), pin.Source)
	}
	if path := (*fs.PathError)(nil); errors.As(pin, &path) && errors.Is(path, fs.ErrPermission) {
		return unreadableHint(path)
	}
	if !filepath.IsAbs(pin.Source) { // a variable
		return command.Hintf("set %s to one version, such as 1.22, 1.22.5 or latest, or remove it: %v", pin.Source, command.Unset(pin.Source))
	}
	return command.Hintf("a pin file holds one version, such as 1.22, 1.22.5 or latest; fix or remove %s", pin.Source)
}

// unreadableHint opens a file to who may not read it.
func unreadableHint(e *fs.PathError) command.Hint {
	if e.Op != "open" { // it can't even be looked at, or what it links to
		return command.Hintf("you may not read a directory above %s", e.Path)
	}
	return command.ToRun("chmod", "a+r", e.Path)
}

// Start is toolchain.Exec. What the kernel does not run of an installed toolchain,
// doctor can explain; what it does not run else is the user's.
func (t Target) Start(program string, argv, env []string) error {
	err := toolchain.Exec(program, argv, env)
	switch own := t.GOROOT != "" && strings.HasPrefix(program, t.GOROOT+"/"); {
	case own && errors.As(err, new(*toolchain.LoaderError)) && t.Version.Minor() < 20:
		err = failure.WithHint(err, command.Hintf("releases before 1.20 need glibc, which this system does not have: use a newer release, or install that loader, as gcompat does on Alpine"))
	case own && errors.Is(err, fs.ErrPermission):
		err = failure.WithHint(err, command.Hintf(`run "gosw doctor" to see why programs can't run there`))
	}
	return failure.Starting(err)
}

// settingHint takes a value away that its variable can't have.
func settingHint(s settings.Setting) command.Hint {
	switch s.Origin {
	case "environment":
		return command.Hint{Command: command.Unset(s.Name)}
	case settings.NewValue:
		return command.Hint{}
	}
	return command.ToRun("gosw", "env", "-u", s.Name)
}
