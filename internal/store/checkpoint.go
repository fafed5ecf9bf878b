package store

// A Step is a point at which a change of the store can be cut short. Each change
// calls [Store.step] with the name right before it does what the name says. In
// the product that is nothing; the fault tests hand in Options.Step, which ends
// the process there or puts an error in the place of what follows.
type Step struct {
	Name string // operation/step
	Does string // what comes next
}

// Steps returns all of them, in the order in which a change takes them. The
// matrix in cmd/gosw/testdata/matrix.md has a row for each.
func Steps() []Step {
	steps := []Step{
		{"create/directories", "make the directories of a new store"},

		{"install/lock", "take the lock of the version"},
		{"install/clean", "remove what a killed process left under this lock"},
		{"install/stage", "make an empty directory in staging"},
		{"install/fill", "download, unpack and prove"},
		{"install/seal", "make the files read-only"},
		{"install/sync", "put the tree on the disk"},
		{"install/rename", "give the tree its name"},
		{"install/syncdir", "put the name on the disk"},
		{"install/revive", "put the tree in the place of one that is being uninstalled"},

		{"share/open", "open an installed toolchain to share its files"},
		{"share/link", "give a file a second name, in the new tree"},

		{"uninstall/lock", "take the lock of the version"},
		{"uninstall/stage", "make a directory for the tree to go to"},
		{"uninstall/rename", "take the name away"},
		{"uninstall/mark", "note that a tree that can't be moved is going"},
		{"uninstall/delete", "delete it where it lies"},
		{"uninstall/receipt", "remove receipt and manifest"},

		{"repair/lock", "take the lock of the version"},
		{"repair/proof", "ask the checksum database anew, where the receipt proves nothing"},
		{"repair/stage", "make a directory for the new tree"},
		{"repair/link", "put the files that are as proven into it"},
		{"repair/fetch", "download and prove the others"},
		{"repair/fill", "download all, where the manifest is lost"},
		{"repair/seal", "make the files read-only, and prove the tree"},
		{"repair/datasync", "put the tree on the disk"},
		{"repair/exchange", "exchange the trees"},
		{"repair/replace", "put the new files into a tree that can't be exchanged, one by one"},
		{"repair/sync", "put the exchange on the disk"},
		{"repair/delete", "delete the old tree, unless a process runs from it"},

		{"delete/link", "remove the link that an uninstalled tree was still reached by"},
		{"delete/sync", "put the loss of the name on the disk"},
		{"delete/files", "delete the files"},

		{"sweep/staging", "remove what a killed process left in staging"},
		{"sweep/receipt", "remove a receipt without a toolchain"},

		{"default/unset", "remove the default"},
		{"link/lock", "take the lock of the store"},
		{"link/sync", "put the links on the disk"},
		{"line/remove", "remove the link of a line that has no toolchain any more"},
		{"command/remove", "remove the link of a toolchain that goes"},
	}
	for _, file := range []string{"format", "sums", "receipt", "default", "pins"} {
		steps = append(steps,
			Step{file + "/create", "make a temporary file"},
			Step{file + "/write", "write it"},
			Step{file + "/sync", "put it on the disk"},
			Step{file + "/rename", "put it in the place of the file of that name"},
			Step{file + "/syncdir", "put the name on the disk"},
		)
	}
	for _, link := range []string{"line", "command", "shim"} {
		steps = append(steps,
			Step{link + "/stage", "make a directory for a new link"},
			Step{link + "/link", "make the link there"},
			Step{link + "/rename", "put it in its place"},
		)
	}
	return steps
}

// step is the checkpoint named name. An error takes the place of what follows.
func (s *Store) step(name string) error {
	if s.Step == nil {
		return nil
	}
	return s.Step(name)
}

// do is a checkpoint and what follows it.
func (s *Store) do(name string, next func() error) error {
	if err := s.step(name); err != nil {
		return err
	}
	return next()
}
