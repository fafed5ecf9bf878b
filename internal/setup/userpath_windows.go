package setup

import (
	"errors"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/gosw/gosw/internal/toolchain"
)

// UserPath puts dir first on the PATH of the user's account, which is in the registry,
// or takes it out. Whatever else is there stays as it is written.
func UserPath(dir string, remove bool) (changed bool, err error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, "Environment", registry.QUERY_VALUE|registry.SET_VALUE)
	if err != nil {
		return false, err
	}
	defer key.Close()
	value, kind, err := key.GetStringValue("Path")
	if errors.Is(err, registry.ErrNotExist) {
		kind, err = registry.EXPAND_SZ, nil
	}
	if err != nil {
		return false, err
	}
	isDir := func(element string) bool {
		expanded, err := registry.ExpandString(element)
		return err == nil && element != "" && toolchain.SameDir(expanded, dir)
	}
	elements := strings.Split(value, ";")
	if slices.ContainsFunc(elements, isDir) != remove {
		return false, nil
	}
	switch {
	case remove:
		value = strings.Join(slices.DeleteFunc(elements, isDir), ";")
	case value == "":
		value = dir
	default:
		value = dir + ";" + value
	}
	set := key.SetStringValue
	if kind == registry.EXPAND_SZ {
		set = key.SetExpandStringValue
	}
	if value == "" {
		err = key.DeleteValue("Path")
	} else {
		err = set("Path", value)
	}
	if err == nil {
		tellEnvironment()
	}
	return err == nil, err
}

// tellEnvironment tells the desktop that variables have changed, so that terminals that it
// starts from now on have them.
func tellEnvironment() {
	const broadcast, settingChange, abortIfHung = 0xffff, 0x1a, 2
	name, err := windows.UTF16PtrFromString("Environment")
	if send := windows.NewLazySystemDLL("user32.dll").NewProc("SendMessageTimeoutW"); err == nil && send.Find() == nil {
		_, _, _ = send.Call(broadcast, settingChange, 0, uintptr(unsafe.Pointer(name)), abortIfHung, 1000, 0)
	}
}
