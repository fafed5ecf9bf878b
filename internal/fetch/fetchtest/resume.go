package fetchtest

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// resumed breaks the first answer, and answers the rest each in its own way.
func (q *request) resumed(t *toy, turn int) {
	q.validators()
	size, first := len(t.zip), q.from()
	if turn == 1 {
		if q.mode != NoLength {
			q.w.Header().Set("Content-Length", strconv.Itoa(size))
		}
		q.write(t.zip[:size/2])
		if q.mode == StallOnce {
			q.wait(time.Hour)
		}
		q.drop(q.mode == ResetOnce)
		return
	}
	if want := q.ifRange(); first > 0 && q.r.Header.Get("If-Range") != want {
		q.status(http.StatusBadRequest, "If-Range is not "+want)
		return
	}
	switch {
	case q.mode == ResumeIgnored, first == 0:
		q.begin(t.zip, 0)
		q.write(t.zip)
	case q.mode == Resume416:
		q.w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		q.w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
	case q.mode == ResumeAt:
		q.part(first-1, size)
		q.write(t.zip[first-1:])
	case q.mode == ResumeTotal:
		q.part(first, size+1)
		q.write(append(slices.Clone(t.zip[first:]), 0))
	case q.mode == ResumeSpliced:
		q.begin(t.zip, first)
		other := bytes.Clone(t.zip[first:])
		for i := range min(1000, len(other)) {
			other[i] ^= 0x55
		}
		q.write(other)
	case q.mode == ResumeForged:
		q.begin(t.zip, first)
		q.write(q.must(t.forged()).zip[first:])
	default:
		q.begin(t.zip, first)
		q.write(t.zip[first:])
	}
}

// forged returns the same release with another last file: a zip of the same
// size, and the same up to there.
func (t *toy) forged() (*toy, error) {
	other := *t
	files := t.files()
	last := &files[len(files)-1]
	last[1] = "y" + last[1][1:]
	err := other.pack(files)
	if err == nil && (len(other.zip) != len(t.zip) || !bytes.Equal(other.zip[:len(t.zip)/2], t.zip[:len(t.zip)/2])) {
		err = errors.New("forged zip differs too much")
	}
	return &other, err
}

func (q *request) validators() {
	switch q.mode {
	case WeakETag:
		q.w.Header().Set("ETag", "W/"+zipETag)
	case LastModified:
		q.w.Header().Set("Last-Modified", zipDate)
	case NoValidator:
	default:
		q.w.Header().Set("ETag", zipETag)
	}
}

// ifRange returns what a client has to send that goes on.
func (q *request) ifRange() string {
	switch q.mode {
	case WeakETag, NoValidator:
		return ""
	case LastModified:
		return zipDate
	}
	return zipETag
}

func (q *request) changed(t *toy, turn int) {
	if turn == 1 {
		old := q.must(t.altered()).zip
		if !bytes.HasPrefix(t.zip, []byte("PK")) { // an archive of the download page
			old = q.must(t.altered()).mustArchive()
		}
		if q.mode == ChangedUnseen { // of the same size, so that nothing but the ETag gives it away
			old = bytes.Clone(t.zip)
			for i := 20; i < len(old)/2; i++ {
				old[i] ^= 0x55
			}
		}
		q.w.Header().Set("ETag", `"old"`)
		q.w.Header().Set("Content-Length", strconv.Itoa(len(old)))
		q.write(old[:len(old)/2])
		q.drop(false)
		return
	}
	q.w.Header().Set("ETag", zipETag)
	if q.mode == ChangedUnseen {
		q.r.Header.Del("If-Range")
	}
	q.well(t.zip)
}

// signed is the address behind a redirect, good for one request.
func (q *request) signed(t *toy, turn int) {
	if q.server.turn(signed+q.number+" "+t.module()) > 1 {
		q.status(http.StatusForbidden, "expired")
		return
	}
	q.w.Header().Set("ETag", zipETag)
	if turn == 1 {
		q.begin(t.zip, 0)
		q.write(t.zip[:len(t.zip)/2])
		q.drop(false)
		return
	}
	q.well(t.zip)
}
