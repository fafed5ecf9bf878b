package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/toolchain"
)

// survey returns what is on the disk: as it was surveyed last, if nothing has
// changed since, else by a look at all files. Who must not be wrong asks for a fresh
// one. It returns nil where the stores are being changed, so that what is there
// can't be told from what comes and goes.
func (s *Store) survey(fresh bool) *survey {
	homes := s.family()
	before, quiet := s.state(homes)
	if !quiet {
		return nil
	}
	known := s.surveyed.Load()
	if known != nil && known.key == before.key && before.key != "" && (known.fresh || !fresh) {
		return known.survey
	}
	trees := treesOf(homes)
	file := s.surveyFile(homes)
	if kept := loadSurvey(file, before.key, trees); kept != nil && !fresh {
		s.surveyed.Store(&surveyed{kept, before.key, false})
		return kept
	}
	result := look(trees)
	if after, quiet := s.state(homes); !quiet || after != before {
		return nil
	}
	s.surveyed.Store(&surveyed{result, before.key, true})
	if len(trees) > 0 && !result.unsettled(before.changed) {
		saveSurvey(file, before.key, result)
	}
	return result
}

// A surveyed is a survey, and the state of the stores that it is of.
type surveyed struct {
	*survey
	key   string
	fresh bool // and not from the cache
}

// unsettled reports whether the survey may soon be wrong though nothing changes: for
// a while after a change, file systems may call blocks shared that no longer are.
func (s *survey) unsettled(changed time.Time) bool {
	return time.Since(changed) < time.Minute && slices.ContainsFunc(s.parts, func(p part) bool { return p.names == 0 })
}

// surveyFile is where the last survey of homes is kept; "" if that is nowhere.
func (s *Store) surveyFile(homes []toolchain.Home) string {
	if s.cache == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(slices.Min(homes)))
	return filepath.Join(s.cache, "sizes", hex.EncodeToString(sum[:8]))
}

// The form of the file: the header and the key, a line for each part with its bytes,
// names, and the number and names of each tree that has it, and a line with the
// SHA-256 of all before. A file that is damaged, or of another state, is as good as
// none. Somebody who can write it can also write to the store.
const (
	surveyHeader = "gosw sizes 1"
	surveyEnd    = "end "
	maxSurvey    = 8 << 20 // bytes
	maxPart      = 1 << 60 // bytes of all parts together
	maxNames     = 1 << 32 // of a file in a tree
)

func loadSurvey(file, key string, trees []tree) *survey {
	if file == "" || key == "" {
		return nil
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() > maxSurvey {
		return nil
	}
	data, err := readRegular(file)
	if err != nil {
		return nil
	}
	parts, ok := parseSurvey(data, key, len(trees))
	if !ok {
		return nil
	}
	return &survey{trees, parts}
}

// parseSurvey reads the parts from a file that is of the state key, with so many
// trees.
func parseSurvey(data []byte, key string, trees int) (parts []part, ok bool) {
	body, found := bytes.CutPrefix(data, []byte(surveyHeader+" "+key+"\n"))
	end := bytes.LastIndex(body, []byte(surveyEnd))
	if !found || end < 0 {
		return nil, false
	}
	sum := sha256.Sum256(data[:len(data)-len(body)+end])
	if string(body[end:]) != surveyEnd+hex.EncodeToString(sum[:])+"\n" {
		return nil, false
	}
	var total int64
	for line := range strings.Lines(string(body[:end])) {
		p, ok := parsePart(strings.TrimSuffix(line, "\n"), trees)
		if total += p.bytes; !ok || total > maxPart {
			return nil, false
		}
		parts = append(parts, p)
	}
	return parts, true
}

func parsePart(line string, trees int) (p part, ok bool) {
	var numbers []int64
	for field := range strings.SplitSeq(line, " ") {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil || n < 0 || n > maxPart {
			return p, false
		}
		numbers = append(numbers, n)
	}
	if len(numbers) < 4 || len(numbers)%2 != 0 {
		return p, false
	}
	p.bytes, p.names = numbers[0], uint64(numbers[1])
	for pair := range slices.Chunk(numbers[2:], 2) {
		if n := len(p.in); pair[0] >= int64(trees) || pair[1] > maxNames || n > 0 && p.in[n-1].tree >= int(pair[0]) || pair[1] == 0 {
			return p, false
		}
		p.in = append(p.in, share{int(pair[0]), uint64(pair[1])})
	}
	return p, true
}

func formatSurvey(key string, parts []part) []byte {
	text := []byte(surveyHeader + " " + key + "\n")
	for _, p := range parts {
		text = strconv.AppendInt(text, p.bytes, 10)
		text = strconv.AppendUint(append(text, ' '), p.names, 10)
		text = append(appendShares(text, p.in), '\n')
	}
	sum := sha256.Sum256(text)
	return append(text, surveyEnd+hex.EncodeToString(sum[:])+"\n"...)
}

// saveSurvey keeps a survey, in one step. If it can't, the next one who asks has to
// look again.
func saveSurvey(file, key string, s *survey) {
	text := formatSurvey(key, s.parts)
	if file == "" || key == "" || len(text) > maxSurvey || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}
