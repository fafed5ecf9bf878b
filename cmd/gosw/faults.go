//go:build faults && (linux || windows)

package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// faults returns the function that makes this test build of gosw fail where
// GOSW_FAULT says: "install/rename=SIGKILL" kills the process before that step,
// "line/link#2=ENOSPC" lets the second time that the step comes fail as a full
// disk would. Several stand behind each other, with blanks between them. The steps that were come to are written to the file that
// GOSW_FAULT_LOG names. None of this is in the product (faults_off.go).
func faults() func(string) error {
	faults := make(map[string]string)
	for _, text := range strings.Fields(os.Getenv("GOSW_FAULT")) {
		where, what, _ := strings.Cut(text, "=")
		faults[where] = what
	}
	log := os.Getenv("GOSW_FAULT_LOG")
	var mu sync.Mutex
	count := make(map[string]int)
	return func(step string) error {
		mu.Lock()
		defer mu.Unlock()
		count[step]++
		if log != "" {
			logStep(log, step)
			nothingOpen(step)
		}
		what := cmp.Or(faults[fmt.Sprintf("%s#%d", step, count[step])], faults[step])
		if what == "" {
			return nil
		}
		return fault(step, what)
	}
}

func logStep(file, step string) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.WriteString(step + "\n"); err != nil {
		panic(err)
	}
}

// clock returns the clock of this test build, which stands at GOSW_NOW, if that is
// set.
func clock() func() time.Time {
	text := os.Getenv("GOSW_NOW")
	if text == "" {
		return nil
	}
	now, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return func() time.Time { return now }
}
