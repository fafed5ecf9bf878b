package selfupdate

// Keys are the keys that a release of gosw may be signed with, each as the text
// of a note.Verifier, "gosw-release-2027+1a2b3c4d+AT…". There is none yet. A new
// key is added here a release before the old one goes.
func Keys() []string { return []string{} }
