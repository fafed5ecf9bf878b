package fetchtest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The ways to misbehave on the way of a zip; all else is well. Where a first
// answer is said to break, it does so half-way, and what follows is the answer
// to the second request and all after it.
const (
	Cut            = "cut"             // "cut=N": the first N connections end, at N random places of the zip
	Interrupted    = "interrupted"     // "interrupted=N": the first N answers break half-way, parts as well
	ResetOnce      = "reset-once"      // the first connection breaks
	StallOnce      = "stall-once"      // the first answer falls silent
	Drip           = "drip"            // "drip=N": a byte every N milliseconds
	Silent         = "silent"          // no answer at all
	Endless        = "endless"         // a zip without length and without end
	Gzip           = "gzip"            // Content-Encoding: gzip
	LengthLong     = "length-long"     // Content-Length is too large
	LengthShort    = "length-short"    // Content-Length is too small
	Always416      = "always-416"      // "416 Range Not Satisfiable", whatever is asked
	Resume416      = "resume-416"      // the first answer breaks, then 416 for every range
	ResumeIgnored  = "resume-ignored"  // the first answer breaks, then ranges are ignored
	ResumeAt       = "resume-at"       // the first answer breaks, then another range than asked for
	ResumeTotal    = "resume-total"    // the first answer breaks, then another total
	ResumeSpliced  = "resume-spliced"  // the first answer breaks, then other bytes under the same ETag
	ResumeForged   = "resume-forged"   // the first answer breaks, then the rest of another zip that is a good one, under the same ETag
	Changed        = "changed"         // the first answer is another zip and breaks, then a new ETag
	ChangedUnseen  = "changed-unseen"  // like changed, but If-Range is ignored
	WeakETag       = "weak-etag"       // the first answer breaks; a weak ETag, which If-Range must not have
	LastModified   = "last-modified"   // the first answer breaks; no ETag but a date, which If-Range must have
	NoValidator    = "no-validator"    // the first answer breaks; neither ETag nor date
	NoLength       = "no-length"       // the first answer breaks; its length is not known
	TooMany        = "too-many"        // "too-many=N": first 429 with Retry-After: N
	TooManyDate    = "too-many-date"   // first 429 with a date of Retry-After that is near
	Unavailable    = "unavailable"     // "unavailable=N": the first N answers are 503
	RedirectLoop   = "redirect-loop"   // redirects to itself
	RedirectSigned = "redirect-signed" // redirects to an address that is good for one request; the first answer breaks
	signed         = "signed"          // such an address
	zipETag        = `"fetchtest-zip"`
	zipDate        = "Tue, 02 Jan 2024 03:04:05 GMT"
)

// deliver answers a request for a zip in the way of a mode above; it returns
// false if the mode is none of these.
func (q *request) deliver(t *toy) bool {
	send := map[string]func(*toy, int){
		Cut: q.cut, Interrupted: q.interrupted, Drip: q.drip, Endless: q.endless, Gzip: q.gzipped,
		LengthLong: q.lengthLong, LengthShort: q.lengthShort,
		TooMany: q.busy, TooManyDate: q.busy, Unavailable: q.busy,
		RedirectLoop: q.redirect, RedirectSigned: q.redirect, signed: q.signed,
		ResetOnce: q.resumed, StallOnce: q.resumed, ResumeIgnored: q.resumed, ResumeAt: q.resumed,
		ResumeTotal: q.resumed, ResumeSpliced: q.resumed, ResumeForged: q.resumed, Resume416: q.resumed, NoLength: q.resumed,
		WeakETag: q.resumed, LastModified: q.resumed, NoValidator: q.resumed,
		Changed: q.changed, ChangedUnseen: q.changed,
		Silent:    func(*toy, int) { q.wait(time.Hour) },
		Always416: func(*toy, int) { q.status(http.StatusRequestedRangeNotSatisfiable, "no") },
	}[q.mode]
	if send == nil {
		return false
	}
	turn := q.server.turn(q.mode + " " + t.module())
	send(t, turn)
	return true
}

// turn counts the requests in one mode for one zip, from 1.
func (s *Server) turn(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns[key]++
	return s.turns[key]
}

// from returns where the range that is asked for begins, 0 without one.
func (q *request) from() int {
	text, _ := strings.CutPrefix(q.r.Header.Get("Range"), "bytes=")
	text, _, _ = strings.Cut(text, "-")
	n, _ := strconv.Atoi(text) // "bytes=-N" is no matter of these modes
	return n
}

// begin announces data from first on, as a part unless that is the beginning.
func (q *request) begin(data []byte, first int) {
	q.w.Header().Set("Content-Type", "application/zip")
	q.w.Header().Set("Content-Length", strconv.Itoa(len(data)-first))
	if first > 0 {
		q.part(first, len(data))
		return
	}
	q.w.WriteHeader(http.StatusOK)
}

func (q *request) part(first, size int) {
	q.w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, size-1, size))
	q.w.WriteHeader(http.StatusPartialContent)
}

// well is the answer of a server in order, with the validators that are set.
func (q *request) well(data []byte) {
	http.ServeContent(q.w, q.r, "", time.Time{}, bytes.NewReader(data))
}

func (q *request) cut(t *toy, turn int) {
	n, _ := strconv.Atoi(q.number)
	places := make([]int, n)
	random := rand.New(rand.NewPCG(uint64(n), uint64(len(t.zip))))
	for i := range places {
		places[i] = random.IntN(len(t.zip))
	}
	slices.Sort(places)
	q.w.Header().Set("ETag", zipETag)
	first := q.from()
	if turn > n {
		q.well(t.zip)
		return
	}
	q.begin(t.zip, first)
	q.write(t.zip[first:max(first, places[turn-1])])
	q.drop(false)
}

func (q *request) interrupted(t *toy, turn int) {
	q.w.Header().Set("ETag", zipETag)
	if n, _ := strconv.Atoi(q.number); turn > n {
		q.well(t.zip)
		return
	}
	w := &halfWriter{ResponseWriter: q.w}
	http.ServeContent(w, q.r, "", time.Time{}, bytes.NewReader(t.zip))
	q.write(nil)
	q.drop(false)
}

// A halfWriter writes half of what is announced.
type halfWriter struct {
	http.ResponseWriter
	left int
}

func (w *halfWriter) WriteHeader(status int) {
	n, _ := strconv.Atoi(w.Header().Get("Content-Length"))
	w.left = n / 2
	w.ResponseWriter.WriteHeader(status)
}

func (w *halfWriter) Write(data []byte) (int, error) {
	n, err := w.ResponseWriter.Write(data[:min(len(data), w.left)])
	if w.left -= n; err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	return n, err
}

func (q *request) drip(t *toy, _ int) {
	n, err := strconv.Atoi(q.number)
	if err != nil {
		n = 1000
	}
	first := q.from()
	q.begin(t.zip, first)
	for _, c := range t.zip[first:] {
		if q.write([]byte{c}); !q.wait(time.Duration(n) * time.Millisecond) {
			return
		}
	}
}

func (q *request) endless(t *toy, _ int) {
	for q.r.Context().Err() == nil {
		q.write(t.zip)
	}
}

func (q *request) gzipped(t *toy, _ int) {
	q.w.Header().Set("Content-Type", "application/zip")
	q.w.Header().Set("Content-Encoding", "gzip")
	zw := gzip.NewWriter(q.w)
	_, _ = zw.Write(t.zip)
	_ = zw.Close()
}

func (q *request) lengthLong(t *toy, _ int) {
	if first := q.from(); first > 0 {
		q.well(t.zip)
		return
	}
	q.w.Header().Set("Content-Length", strconv.Itoa(len(t.zip)+100))
	q.write(t.zip)
	q.drop(false)
}

// lengthShort writes past net/http, which sends no more than was announced. Nothing else
// is asked on this connection: what comes first then, the rest or the end, is chance.
func (q *request) lengthShort(t *toy, _ int) {
	conn, buf, err := http.NewResponseController(q.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", len(t.zip)/2)
	_, _ = buf.Write(t.zip[:len(t.zip)/2+10])
	_ = buf.Flush()
}

func (q *request) busy(t *toy, turn int) {
	n, _ := strconv.Atoi(q.number)
	switch {
	case q.mode == Unavailable && turn <= n:
		q.status(http.StatusServiceUnavailable, "back soon")
	case q.mode == TooMany && turn == 1:
		q.w.Header().Set("Retry-After", q.number)
		q.status(http.StatusTooManyRequests, "slow down")
	case q.mode == TooManyDate && turn == 1:
		q.w.Header().Set("Retry-After", time.Now().Add(1500*time.Millisecond).UTC().Format(http.TimeFormat))
		q.status(http.StatusTooManyRequests, "slow down")
	default:
		q.well(t.zip)
	}
}

func (q *request) redirect(_ *toy, turn int) {
	to := q.r.URL.Path
	if q.mode == RedirectSigned {
		_, rest, _ := strings.Cut(strings.TrimPrefix(to, "/bad/"), "/")
		to = fmt.Sprintf("/bad/%s=%d/%s?signature=s3cret", signed, turn, rest)
	}
	http.Redirect(q.w, q.r, to, http.StatusFound)
}
