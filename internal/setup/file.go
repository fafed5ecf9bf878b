// Package setup finds, edits and restores the files that a shell reads when it
// starts, and finds in them what other managers of Go versions have left. It
// runs nothing, prints nothing and reads no environment.
package setup

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

// A FileError says why a start-up file can't be read or changed, and what to do.
type FileError struct {
	err  error
	Hint command.Hint
}

func (e *FileError) Error() string { return e.err.Error() }
func (e *FileError) Unwrap() error { return e.err }

// A File is the file that a shell reads when it starts, as it was found.
type File struct {
	Name    string // as users know it
	Path    string // where it is, without symbolic links
	Text    string
	Missing bool
	Mode    fs.FileMode
	info    fs.FileInfo // nil if missing
}

// Read reads a start-up file. A symbolic link, such as those of programs that
// manage dotfiles, is followed: the file that it leads to is the one to change.
func Read(name string) (*File, error) {
	file := &File{Name: name, Path: name, Mode: 0o644}
	info, err := os.Lstat(name)
	if fsx.IsAbsent(err) {
		file.Missing = true
		return file, nil
	}
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if info, err = os.Stat(name); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) {
			return nil, &FileError{fmt.Errorf("%s is a dangling symbolic link", name), command.Hintf("fix or remove the link: %v", command.Run("ls", "-l", name))}
		}
		if err == nil {
			file.Path, err = filepath.EvalSymlinks(name)
		}
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, &FileError{fmt.Errorf("%s is not a regular file", name), command.Hintf("move it away; the shell can't read it either")}
	}
	var data []byte
	if err == nil {
		data, err = fsx.Read(file.Path, maxStartup, fsx.Follow)
	}
	if err != nil {
		return nil, &FileError{err: err, Hint: command.Hintf("make the file readable")}
	}
	file.Text, file.Mode, file.info = string(data), info.Mode().Perm(), info
	return file, nil
}

// Fit refuses a file to which a line can't be added so that it works.
func (file *File) Fit(sh shell.Shell, body string) error {
	if err := file.FitLines(sh); err != nil {
		return &FileError{err, command.Hintf("convert it to LF line ends, then run this again: %v", UnixLines(file.Path))}
	}
	if strings.HasPrefix(file.Text, "\xff\xfe") || strings.HasPrefix(file.Text, "\xfe\xff") {
		return &FileError{fmt.Errorf("%s is UTF-16, and gosw writes UTF-8", file.Name), command.Hintf("save it as UTF-8, then run this again")}
	}
	if err := file.fitEnd(sh); err != nil {
		return &FileError{err, command.Hintf("remove the \\, then run this again")}
	}
	if !file.Missing && file.Mode&0o200 == 0 {
		return file.Unwritable(fs.ErrPermission, body)
	}
	return nil
}

// FitLines is an error if the file has a line that ends in CR and LF, and sh
// can't read that.
func (file *File) FitLines(sh shell.Shell) error {
	i := strings.Index(file.Text, "\r\n")
	if i < 0 || sh.Name() == "powershell" || sh.Name() == "nushell" {
		return nil
	}
	return fmt.Errorf("%s:%d: the line ends in CRLF, and %s reads the CR as part of the command", file.Name, strings.Count(file.Text[:i], "\n")+1, sh.Name())
}

// fitEnd is an error if the last line goes on in the next, which is to be gosw's.
func (file *File) fitEnd(sh shell.Shell) error {
	lines := strings.Split(strings.TrimSuffix(file.Text, "\n"), "\n")
	last := lines[len(lines)-1]
	slashes := len(last) - len(strings.TrimRight(last, `\`))
	if slashes%2 == 0 || strings.HasPrefix(strings.TrimSpace(last), "#") || RemovedBlock(file.Text) != "" || sh.Name() == "powershell" || sh.Name() == "nushell" {
		return nil
	}
	return fmt.Errorf(`%s:%d: the last line ends in \, so %s would join the next line to it`, file.Name, len(lines), sh.Name())
}

// UnixLines is the command that makes the lines of a file end in LF.
func UnixLines(file string) command.Command { return command.Run("sed", "-i", `s/\r$//`, file) }

// Damaged adds what to do to a *shell.BlockError.
func (file *File) Damaged(err error) error {
	return &FileError{fmt.Errorf("%s: %w", file.Name, err), command.Hintf("delete the block's lines by hand, then run this again if you want the block")}
}

// Unwritable adds what to do to the error of writing.
func (file *File) Unwritable(err error, body string) error {
	what, path := "file", file.Path
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) { // of making the new file, or removing the old
		what, path, err = "directory", filepath.Dir(file.Path), cause.Err
	}
	if cause := (*os.LinkError)(nil); errors.As(err, &cause) { // whose names are of no use
		err = cause.Err
	}
	hint := command.Hintf("if you may change the %s: %v", what, command.Run("chmod", "u+w", path))
	line := strings.TrimSpace(body)
	if strings.Contains(line, "\n") {
		line = ""
	}
	if line != "" {
		hint = command.Hintf("%v; if another program writes the file, add there: %s", hint, line)
	}
	switch {
	case errors.Is(err, errOwner) && line != "":
		hint = command.Hintf("add this line to it by hand: %s", line)
	case errors.Is(err, ErrChanged):
		hint = command.Hintf("run this again")
	case !errors.Is(err, fs.ErrPermission):
		hint = command.Hint{}
	}
	return &FileError{fmt.Errorf("write %s: %w", file.Name, err), hint}
}

// ErrChanged is the error of a file that another program has written meanwhile.
var ErrChanged = errors.New("it has changed since it was read")

// errOwner is the error of a file whose owner, group or list of who else may do
// what with it the user can't give to another file.
var errOwner = errors.New("gosw can't keep its owner and permissions")

// current returns ErrChanged if the file is neither as it was read nor text,
// which a second gosw may have written.
func (file *File) current(text string) error {
	data, err := fsx.Read(file.Path, maxStartup, fsx.Follow)
	if fsx.IsAbsent(err) && file.Missing {
		return nil
	}
	if err == nil && string(data) != text && (file.Missing || string(data) != file.Text) {
		return ErrChanged
	}
	return err
}

// draft is how the names of files begin that are to replace the file.
func (file *File) draft() string { return "." + filepath.Base(file.Path) + ".gosw-" }

// Sweep removes drafts of killed processes. One that is not a minute old may be
// that of another gosw that runs now.
func (file *File) Sweep(now time.Time) {
	entries, _ := os.ReadDir(filepath.Dir(file.Path))
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(entry.Name(), file.draft()) && now.Sub(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(filepath.Dir(file.Path), entry.Name()))
		}
	}
}

// Write replaces the file by one with text in one step, of the same mode and
// owner, unless another program has changed it meanwhile.
func (file *File) Write(text string) error {
	dir := filepath.Dir(file.Path)
	if err := fsx.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	how := fsx.Replacing{Temp: filepath.Join(dir, file.draft()+"*"), Durable: true}
	if !file.Missing {
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
	return fsx.Replace(file.Path, []byte(text), file.Mode, how)
}

// keepAccess gives f the owner, the group and the attributes of the file that it
// is to replace.
func (file *File) keepAccess(f *os.File) error {
	err := keepOwner(f, file.info)
	if err == nil {
		err = keepAttributes(f, file.Path)
	}
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) { // of a file that goes again
		err = cause.Err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errOwner, err)
	}
	return nil
}

// RemovedBlock returns the block in text, "" if there is none.
func RemovedBlock(text string) string {
	_, removed, _, _, err := shell.RemoveBlock(text)
	if err != nil {
		return ""
	}
	return removed
}
