package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
)

// A fileError says why a start-up file can't be read or changed, and what to do.
type fileError struct {
	err  error
	hint Hint
}

func (e *fileError) Error() string { return e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// An rcFile is the file that a shell reads when it starts, as it was found.
type rcFile struct {
	name    string // as users know it
	path    string // where it is, without symbolic links
	text    string
	missing bool
	mode    fs.FileMode
	info    fs.FileInfo // nil if missing
}

// readRC reads a start-up file. A symbolic link, such as those of programs that
// manage dotfiles, is followed: the file that it leads to is the one to change.
func readRC(name string) (*rcFile, error) {
	file := &rcFile{name: name, path: name, mode: 0o644}
	info, err := os.Lstat(name)
	if fsx.IsAbsent(err) {
		file.missing = true
		return file, nil
	}
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if info, err = os.Stat(name); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) {
			return nil, &fileError{fmt.Errorf("%s is a symbolic link that leads nowhere", name), hintf("mend or remove the link: %v", command.Run("ls", "-l", name))}
		}
		if err == nil {
			file.path, err = filepath.EvalSymlinks(name)
		}
	}
	if err != nil {
		return nil, &fileError{err: err, hint: hintf("the file has to be readable")}
	}
	if !info.Mode().IsRegular() {
		return nil, &fileError{fmt.Errorf("%s is not a regular file", name), hintf("move it out of the way, the shell can't read it either")}
	}
	data, err := fsx.Read(file.path, maxStartup, fsx.Follow)
	if err != nil {
		return nil, &fileError{err: err, hint: hintf("the file has to be readable")}
	}
	file.text, file.mode, file.info = string(data), info.Mode().Perm(), info
	return file, nil
}

// fit refuses a file to which a line can't be added so that it works.
func (file *rcFile) fit(sh shell.Shell, body string) error {
	if err := file.fitLines(sh); err != nil {
		return &fileError{err, hintf("write it with LF only, then run this again: %v", unixLines(file.path))}
	}
	if strings.HasPrefix(file.text, "\xff\xfe") || strings.HasPrefix(file.text, "\xfe\xff") {
		return &fileError{fmt.Errorf("%s is UTF-16, to which no line of UTF-8 can be added", file.name), hintf("write it as UTF-8, then run this again")}
	}
	if err := file.fitEnd(sh); err != nil {
		return &fileError{err, hintf("end that line without it, then run this again")}
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
func unixLines(file string) command.Command { return command.Run("sed", "-i", `s/\r$//`, file) }

// damaged adds what to do to a *shell.BlockError.
func (file *rcFile) damaged(err error) error {
	return &fileError{fmt.Errorf("%s: %w", file.name, err), hintf("gosw changes only what it has written: take the block's lines out by hand, and run this again if you want it back")}
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
	hint := hintf("if the %s is yours to change: %v", what, command.Run("chmod", "u+w", path))
	line := strings.TrimSpace(body)
	if strings.Contains(line, "\n") {
		line = ""
	}
	if line != "" {
		hint = hintf("%v; if another program writes it, let that add: %s", hint, line)
	}
	switch {
	case errors.Is(err, errOwner) && line != "":
		hint = hintf("add this line to it by hand: %s", line)
	case errors.Is(err, errChanged):
		hint = hintf("run this again")
	case !errors.Is(err, fs.ErrPermission):
		hint = Hint{}
	}
	return &fileError{fmt.Errorf("write %s: %w", file.name, err), hint}
}

// errChanged is the error of a file that another program has written meanwhile.
var errChanged = errors.New("it has changed since it was read")

// errOwner is the error of a file whose owner, group or list of who else may do
// what with it the user can't give to another file.
var errOwner = errors.New("its owner and permissions can't be kept")

// current returns errChanged if the file is neither as it was read nor text,
// which a second gosw may have written.
func (file *rcFile) current(text string) error {
	data, err := fsx.Read(file.path, maxStartup, fsx.Follow)
	if fsx.IsAbsent(err) && file.missing {
		return nil
	}
	if err == nil && string(data) != text && (file.missing || string(data) != file.text) {
		return errChanged
	}
	return err
}

// draft is how the names of files begin that are to replace the file.
func (file *rcFile) draft() string { return "." + filepath.Base(file.path) + ".gosw-" }

// sweep removes drafts of killed processes. One that is not a minute old may be
// that of another gosw that runs now.
func (file *rcFile) sweep(now time.Time) {
	entries, _ := os.ReadDir(filepath.Dir(file.path))
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(entry.Name(), file.draft()) && now.Sub(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(filepath.Dir(file.path), entry.Name()))
		}
	}
}

// write replaces the file by one with text in one step, of the same mode and
// owner, unless another program has changed it meanwhile.
func (file *rcFile) write(text string) error {
	dir := filepath.Dir(file.path)
	if err := fsx.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	how := fsx.Replacing{Temp: filepath.Join(dir, file.draft()+"*"), Durable: true}
	if !file.missing {
		how.Ready = file.keepAccess
	}
	how.Step = func(name string, do func() error) error {
		if name == "rename" {
			if err := file.current(text); err != nil {
				return err
			}
		}
		return do()
	}
	return fsx.Replace(file.path, []byte(text), file.mode, how)
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
