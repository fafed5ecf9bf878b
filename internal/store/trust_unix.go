//go:build !windows

package store

import (
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/fsx"
)

// judge decides by info whether path may be used.
func judge(path string, info fs.FileInfo, wantDir bool, purpose Purpose) error {
	me, mode := os.Geteuid(), info.Mode()
	e := &AccessError{Path: path, Mode: mode, WantDir: wantDir, Owner: ownerOf(info), User: me, Above: me}
	if above, err := os.Stat(filepath.Dir(path)); err == nil {
		e.Above = ownerOf(above)
	}
	switch {
	case mode.IsDir() != wantDir || !wantDir && !mode.IsRegular():
		e.Reason = WrongType
	case purpose != Write && forRootGroup(info):
		return nil
	case e.Owner != me && (e.Owner != 0 || purpose == Write):
		e.Reason = Foreign
	case mode&0o022 != 0:
		e.Reason = Writable
	default:
		return nil
	}
	return e
}

// mine reports whether info is of something of this user's.
func mine(info fs.FileInfo) bool { return ownerOf(info) == os.Geteuid() }

func ownerOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }
func groupOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Gid) }

// forRootGroup reports whether info is of something that was made for whoever
// runs in root's group, as the images are in which a container has any number for
// its user: "chgrp 0; chmod g=u". Only root, or who is of that group, can do that.
func forRootGroup(info fs.FileInfo) bool {
	mode := info.Mode()
	if groupOf(info) != 0 || mode>>3&7 != mode>>6&7 || mode&0o002 != 0 || os.Geteuid() == 0 {
		return false
	}
	groups, _ := os.Getgroups()
	return os.Getegid() == 0 || slices.Contains(groups, 0)
}

// checkWay looks at the directories above a store, as sshd does at those above a
// user's keys: who may write to one of them can put another store in the place
// of this one. Of directories of another user only the nearest is named.
func checkWay(home string) (warning, err error) {
	me := os.Geteuid()
	if link, err := os.Lstat(home); err == nil && link.Mode()&fs.ModeSymlink != 0 {
		if owner := ownerOf(link); owner != me && owner != 0 {
			return nil, &AccessError{Path: home, Reason: Foreign, Mode: link.Mode(), WantDir: true, Owner: owner, User: me, Above: me}
		}
	}
	for _, dir := range way(home) {
		info, err := os.Stat(dir)
		if fsx.IsAbsent(err) || err == nil && !info.IsDir() {
			continue // which shows when the store is made
		} else if err != nil {
			return nil, err
		}
		owner, mode := ownerOf(info), info.Mode()
		private := mode&0o002 == 0 && (forRootGroup(info) || isPrivate(groupOf(info)))
		if mode&0o022 != 0 && mode&fs.ModeSticky == 0 && !private {
			return nil, &AccessError{Path: dir, Reason: Writable, Mode: mode, WantDir: true, Owner: owner, User: me, Above: me}
		}
		if owner != me && owner != 0 && warning == nil {
			warning = &WayError{Store: home, Path: dir, Owner: owner, User: me}
		}
	}
	return warning, nil
}

// way returns the directories by which a store is reached, those by which it is
// named and those where it is, the nearest first.
func way(home string) []string {
	named := above(home)
	for i, dir := range append([]string{home}, named...) {
		physical, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue
		}
		if i > 0 && !slices.Contains(named, physical) {
			named = append(named, physical)
		}
		for _, dir := range above(physical) {
			if !slices.Contains(named, dir) {
				named = append(named, dir)
			}
		}
		break
	}
	return named
}

func above(path string) (dirs []string) {
	for dir := filepath.Dir(path); dir != path; path, dir = dir, filepath.Dir(dir) {
		dirs = append(dirs, dir)
	}
	return dirs
}

// isPrivate reports whether a group has no member but this user: where the
// umask is 002, everybody has a group like that, and is its only member.
func isPrivate(gid int) bool {
	me, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil || me.Gid != strconv.Itoa(gid) {
		return false
	}
	groups, _ := os.ReadFile("/etc/group") // name:password:number:members
	for line := range strings.Lines(string(groups)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) == 4 && fields[2] == me.Gid {
			return fields[0] == me.Username && (fields[3] == "" || fields[3] == me.Username)
		}
	}
	return false
}
