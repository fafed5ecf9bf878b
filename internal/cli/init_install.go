package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/shell"
)

// An rcFile is the file that a shell reads when it starts, as it was found.
type rcFile struct {
	name    string // as users know it
	path    string // where it is, without symbolic links
	text    string
	missing bool
	mode    fs.FileMode
	info    fs.FileInfo // nil if missing
}

// installInit adds gosw's block to the start-up file of a shell.
func (a *app) installInit(ctx context.Context, args []string, f initFlags) error {
	sh, places, file, err := a.startup(args)
	if err != nil {
		return err
	}
	if _, ok := shell.Extras(sh); f.extras && !ok {
		return noExtras(sh) // each start of the shell would say so
	}
	options, err := a.shellOptions(ctx, f, !f.dryRun)
	if err != nil {
		return err
	}
	body := sh.Load(options.Exe, f.words())
	if body == "" {
		body = sh.Init(options)
	}
	if err := file.fit(sh, body); err != nil {
		return err
	}
	text, line, err := shell.AddBlock(file.text, body, file.missing)
	if err != nil {
		return file.damaged(err)
	}
	if text != file.text {
		if !f.dryRun {
			if err := file.write(text); err != nil {
				return file.unwritable(err, body)
			}
		}
		a.showChange(file, line, removedBlock(file.text), removedBlock(text), f.dryRun)
	}
	a.nameOthers(sh, places)
	return nil
}

// uninstallInit takes gosw's block out.
func (a *app) uninstallInit(args []string, f initFlags) error {
	_, _, file, err := a.startup(args)
	if err != nil {
		return err
	}
	text, removed, line, gone, err := shell.RemoveBlock(file.text)
	if err != nil {
		return file.damaged(err)
	}
	if removed == "" {
		return nil
	}
	switch {
	case file.mode&0o200 == 0:
		err = fs.ErrPermission
	case f.dryRun:
	case gone:
		err = os.Remove(file.path)
	default:
		err = file.write(text)
	}
	if err != nil {
		return file.unwritable(err, "")
	}
	a.showChange(file, line, removed, "", f.dryRun)
	return nil
}

// removedBlock returns the block in text, "" if there is none.
func removedBlock(text string) string {
	_, removed, _, _, err := shell.RemoveBlock(text)
	if err != nil {
		return ""
	}
	return removed
}

// showChange says what changes in a file, and where.
func (a *app) showChange(file *rcFile, line int, before, after string, dryRun bool) {
	verb := map[bool]string{false: "changes", true: "would change"}[dryRun]
	a.ui.note("%s %s, from line %d on:", verb, file.name, line)
	for text := range strings.Lines(before) {
		_, _ = fmt.Fprintf(a.ui.err, "-%s\n", clean(strings.TrimRight(text, "\r\n")))
	}
	for text := range strings.Lines(after) {
		_, _ = fmt.Fprintf(a.ui.err, "+%s\n", clean(strings.TrimRight(text, "\r\n")))
	}
}

// startup returns the shell that args name, and its start-up file.
func (a *app) startup(args []string) (shell.Shell, shell.Places, *rcFile, error) {
	sh, err := a.shell(args)
	if err != nil {
		return nil, shell.Places{}, nil, err
	}
	places, err := a.places()
	if err != nil {
		return nil, shell.Places{}, nil, err
	}
	if sh.Name() == "zsh" && places.ZDotDir != "" && !filepath.IsAbs(places.ZDotDir) {
		return nil, places, nil, &hintError{fmt.Errorf("ZDOTDIR is %q, which is another folder in each folder", places.ZDotDir), "export it as an absolute path, or unset it"}
	}
	names := sh.RC(places)
	if len(names) == 0 {
		return nil, places, nil, startupError(sh)
	}
	file, err := readRC(names[0])
	return sh, places, file, err
}

// startupError is for a shell that alone knows its start-up file.
func startupError(sh shell.Shell) error {
	exe, _ := executable()
	return &hintError{
		fmt.Errorf("only %s itself knows which file it reads when it starts", sh.Name()),
		"add this line to the file that $PROFILE names: " + strings.TrimSpace(sh.Load(exe, nil)),
	}
}

// places returns the folders in which shells look for their files.
func (a *app) places() (shell.Places, error) {
	home := a.getenv("HOME")
	if home == "" && runtime.GOOS == "windows" {
		home = a.getenv("USERPROFILE")
	}
	if !filepath.IsAbs(home) {
		return shell.Places{}, &hintError{errors.New("HOME names no folder, so there is no start-up file"), "export HOME, and run this again"}
	}
	places := shell.Places{Home: home, ZDotDir: a.getenv("ZDOTDIR"), Windows: runtime.GOOS == "windows"}
	if config := a.getenv("XDG_CONFIG_HOME"); filepath.IsAbs(config) {
		places.Config, places.Native = config, config
	} else {
		places.Config = filepath.Join(home, ".config")
		places.Native = nativeConfig(runtime.GOOS, places.Config, home, a.getenv("APPDATA"))
	}
	return places, nil
}

// nativeConfig is where a system has what users configure: config where it has no
// place of its own.
func nativeConfig(system, config, home, appData string) string {
	switch {
	case system == "darwin":
		return filepath.Join(home, "Library", "Application Support")
	case system == "windows" && appData != "":
		return appData
	}
	return config
}

// readRC reads a start-up file. A symbolic link, such as those of programs that
// manage dotfiles, is followed: the file that it leads to is the one to change.
func readRC(name string) (*rcFile, error) {
	file := &rcFile{name: name, path: name, mode: 0o644}
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		file.missing = true
		return file, nil
	}
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if info, err = os.Stat(name); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) {
			return nil, &hintError{fmt.Errorf("%s is a symbolic link that leads nowhere", name), "mend or remove the link: " + `"ls -l ` + shellWord(name) + `"`}
		}
		if err == nil {
			file.path, err = filepath.EvalSymlinks(name)
		}
	}
	if err != nil {
		return nil, &hintError{err: err, hint: "the file has to be readable"}
	}
	if !info.Mode().IsRegular() {
		return nil, &hintError{fmt.Errorf("%s is not a regular file", name), "move it out of the way, the shell can't read it either"}
	}
	data, err := os.ReadFile(file.path)
	if err != nil {
		return nil, &hintError{err: err, hint: "the file has to be readable"}
	}
	file.text, file.mode, file.info = string(data), info.Mode().Perm(), info
	return file, nil
}

// fit refuses a file to which a line can't be added so that it works.
func (file *rcFile) fit(sh shell.Shell, body string) error {
	if err := file.fitLines(sh); err != nil {
		return &hintError{err, "write it with LF only, then run this again: " + unixLines(file.path)}
	}
	if strings.HasPrefix(file.text, "\xff\xfe") || strings.HasPrefix(file.text, "\xfe\xff") {
		return &hintError{fmt.Errorf("%s is UTF-16, to which no line of UTF-8 can be added", file.name), "write it as UTF-8, then run this again"}
	}
	if err := file.fitEnd(sh); err != nil {
		return &hintError{err, "end that line without it, then run this again"}
	}
	if !file.missing && file.mode&0o200 == 0 {
		return file.unwritable(fs.ErrPermission, body)
	}
	return nil
}

// fitLines is an error if the file has a line that ends in CR and LF, and sh
// can't read that.
func (file *rcFile) fitLines(sh shell.Shell) error {
	i := strings.Index(file.text, "\r\n")
	if i < 0 || sh.Name() == "powershell" || sh.Name() == "nushell" {
		return nil
	}
	return fmt.Errorf("%s:%d: the line ends in CR and LF, and %s takes the CR for a part of the command", file.name, strings.Count(file.text[:i], "\n")+1, sh.Name())
}

// fitEnd is an error if the last line goes on in the next, which is to be gosw's.
func (file *rcFile) fitEnd(sh shell.Shell) error {
	lines := strings.Split(strings.TrimSuffix(file.text, "\n"), "\n")
	last := lines[len(lines)-1]
	slashes := len(last) - len(strings.TrimRight(last, `\`))
	if slashes%2 == 0 || strings.HasPrefix(strings.TrimSpace(last), "#") || removedBlock(file.text) != "" || sh.Name() == "powershell" || sh.Name() == "nushell" {
		return nil
	}
	return fmt.Errorf(`%s:%d: the last line ends in \, and %s takes the next for a part of it`, file.name, len(lines), sh.Name())
}

// unixLines is the command that makes the lines of a file end in LF.
func unixLines(file string) string { return `sed -i 's/\r$//' ` + shellWord(file) }

// damaged adds what to do to a *shell.BlockError.
func (file *rcFile) damaged(err error) error {
	return &hintError{fmt.Errorf("%s: %w", file.name, err), "gosw changes only what it has written: take the block's lines out by hand, and run this again if you want it back"}
}

// unwritable adds what to do to the error of writing.
func (file *rcFile) unwritable(err error, body string) error {
	what, path := "file", file.path
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) { // of making the new file, or removing the old
		what, path, err = "folder", filepath.Dir(file.path), cause.Err
	}
	if cause := (*os.LinkError)(nil); errors.As(err, &cause) { // whose names are of no use
		err = cause.Err
	}
	hint := fmt.Sprintf("if the %s is yours to change: %q", what, "chmod u+w "+shellWord(path))
	line := strings.TrimSpace(body)
	if strings.Contains(line, "\n") {
		line = ""
	}
	if line != "" {
		hint += "; if another program writes it, let that add: " + line
	}
	switch {
	case errors.Is(err, errOwner) && line != "":
		hint = "add this line to it by hand: " + line
	case errors.Is(err, errOwner):
		hint = "change it by hand"
	case errors.Is(err, errChanged):
		hint = "run this again"
	case !errors.Is(err, fs.ErrPermission):
		hint = "the file is as it was"
	}
	return &hintError{fmt.Errorf("write %s: %w", file.name, err), hint}
}

// errChanged is the error of a file that another program has written meanwhile.
var errChanged = errors.New("it has changed since it was read")

// errOwner is the error of a file whose owner, group or list of who else may do
// what with it the user can't give to another file.
var errOwner = errors.New("its owner and permissions can't be kept")

// current returns errChanged if the file is neither as it was read nor text,
// which a second gosw may have written.
func (file *rcFile) current(text string) error {
	data, err := os.ReadFile(file.path)
	if errors.Is(err, fs.ErrNotExist) && file.missing {
		return nil
	}
	if err == nil && string(data) != text && (file.missing || string(data) != file.text) {
		return errChanged
	}
	return err
}

// write replaces the file by one with text in one step, of the same mode and
// owner.
func (file *rcFile) write(text string) (err error) {
	dir := filepath.Dir(file.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(file.path)+".gosw-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(text)
	if err == nil && !file.missing {
		err = file.keepAccess(f)
	}
	err = errors.Join(err, f.Chmod(file.mode))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close(), file.current(text)); err != nil {
		return err
	}
	return os.Rename(f.Name(), file.path)
}

// keepAccess gives f the owner, the group and the attributes of the file that it
// is to replace.
func (file *rcFile) keepAccess(f *os.File) error {
	err := keepOwner(f, file.info)
	if err == nil {
		err = keepAttributes(f, file.path)
	}
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) { // of a file that goes again
		err = cause.Err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errOwner, err)
	}
	return nil
}
