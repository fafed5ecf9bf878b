package resolve

// isNotDir reports whether err is that of a path below a file. Windows reports
// it as a path that does not exist.
func isNotDir(error) bool { return false }
