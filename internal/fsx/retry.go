package fsx

import (
	"math/rand/v2"
	"os"
	"time"
)

// patience is how long [Retry] goes on.
const patience = 2 * time.Second

// Retry calls do, which renames or deletes, again for two seconds while another
// program has a file open that it is about, as cmd/go does. On Windows virus
// scanners and indexers open each new file for a moment; elsewhere that is no
// obstacle, and do is called once.
func Retry(do func() error) error {
	err := do()
	for end, pause := time.Now().Add(patience), time.Millisecond; IsBusy(err) && time.Now().Before(end); err = do() {
		time.Sleep(pause)
		pause += rand.N(pause)
	}
	return err
}

// Rename is [os.Rename] with [Retry].
func Rename(from, to string) error {
	return Retry(func() error { return os.Rename(from, to) })
}

// Remove is [os.Remove] with [Retry].
func Remove(name string) error {
	return Retry(func() error { return os.Remove(name) })
}
