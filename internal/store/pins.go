package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxPins bounds the list of pins: it is read as a whole, and a machine that
// makes a directory for each job must not let it grow for ever. Those that are gone go, then the oldest.
const maxPins = 1000

func (s *Store) pinsFile() string { return filepath.Join(string(s.home), "pins") }

// Pins returns the pin files that were seen, oldest first: what they name is
// not pruned. They may have changed since, or be gone.
func (s *Store) Pins() ([]string, error) {
	data, err := readFile(s.pinsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	pins := strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
	for i, line := range pins {
		if pin, err := strconv.Unquote(line); err == nil {
			pins[i] = pin
		}
	}
	return pins, nil
}

// Seen remembers a pin file. It waits for nobody: a pin that is missed is seen
// the next time.
func (s *Store) Seen(file string) error {
	return s.changePins(func(pins []string) []string {
		if slices.Contains(pins, file) {
			return pins
		}
		return append(pins, file)
	})
}

// Forget takes the pin files for which gone holds off the list.
func (s *Store) Forget(gone func(file string) bool) error {
	return s.changePins(func(pins []string) []string {
		return slices.DeleteFunc(slices.Clone(pins), gone)
	})
}

func (s *Store) changePins(change func([]string) []string) error {
	// Mostly nothing changes, and nothing is locked or written then.
	if pins, err := s.Pins(); err != nil || len(change(pins)) == len(pins) {
		return err
	}
	release, ok := s.tryLock(storeLock)
	if !ok {
		return nil
	}
	defer s.sweep() // once the lock is free
	defer release()
	pins, err := s.Pins()
	if err != nil {
		return err
	}
	pins = change(pins)
	if len(pins) > maxPins {
		pins = slices.DeleteFunc(pins, isMissing)
	}
	pins = pins[max(0, len(pins)-maxPins):]
	var text strings.Builder
	for _, pin := range pins {
		if strings.ContainsRune(pin, '\n') { // as Go writes it, and no absolute path begins with a quote
			pin = strconv.Quote(pin)
		}
		text.WriteString(pin + "\n")
	}
	return s.writeFile("pins", storeLock, s.pinsFile(), []byte(text.String()))
}
