//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// serveCommand makes this program the server, a process of its own: it shares
// no runtime with what is measured, and what it takes of the processors is known.
const serveCommand = "serve"

// archives is the directory of a server's addresses that holds the archives.
const archives = "/archives/"

// traffic is what a server did since it was asked before.
type traffic struct {
	Address  string        `json:"address"`
	Sent     int64         `json:"sent"` // bytes, headers included
	Requests int64         `json:"requests"`
	CPU      time.Duration `json:"cpu"`
}

// serve is a module proxy on loopback. Each line of stdin is a shape that the
// link takes on, and is answered by a line with the traffic before it. It ends
// with stdin.
func serve(args []string) error {
	if len(args) != 1 {
		return errors.New("serve: the directory of what is served is missing")
	}
	from, err := newOrigin(args[0])
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h := &handler{origin: from, limiter: &limiter{}}
	listener := &limitedListener{Listener: tcp, limiter: h.limiter}
	go func() { _ = http.Serve(listener, h) }() // ends with the process
	var before traffic
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var s shape
		if err := in.Decode(&s); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		h.limiter.set(s)
		now := traffic{"http://" + tcp.Addr().String(), listener.sent.Load(), h.requests.Load(), ownCPU()}
		if err := out.Encode(now.since(before)); err != nil {
			return err
		}
		before = now
	}
}

func (t traffic) since(before traffic) traffic {
	return traffic{t.Address, t.Sent - before.Sent, t.Requests - before.Requests, t.CPU - before.CPU}
}

func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// A handler answers as a module proxy.
type handler struct {
	origin   *origin
	limiter  *limiter
	requests atomic.Int64
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.requests.Add(1)
	time.Sleep(h.limiter.get().Latency)
	file, status, err := h.find(r.URL.Path)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadGateway)
	case status != http.StatusOK:
		http.Error(w, http.StatusText(status), status)
	default:
		send(w, r, file)
	}
}

func (h *handler) find(p string) (string, int, error) {
	if name, ok := strings.CutPrefix(p, archives); ok && !strings.Contains(name, "/") {
		return archiveFile(h.origin.directory, strings.TrimSuffix(name, ".tar.gz")), http.StatusOK, nil
	}
	return h.origin.file(p)
}

func send(w http.ResponseWriter, r *http.Request, file string) {
	f, err := os.Open(file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	if strings.HasSuffix(file, ".zip") {
		w.Header().Set("Content-Type", "application/zip")
	}
	http.ServeContent(w, r, "", time.Time{}, f)
}

// A server is the other end of serve.
type server struct {
	address string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

func startServer(directory string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{process: exec.Command(self, serveCommand, directory)}
	s.process.Stderr = os.Stderr
	// An interrupt is for the bench, which ends the server when it has cleaned up.
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.in, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewScanner(out)
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	first, err := s.become(shape{})
	if err != nil {
		s.stop()
		return nil, err
	}
	s.address = first.Address
	return s, nil
}

// become gives the link another shape and returns the traffic before that.
func (s *server) become(next shape) (traffic, error) {
	if err := json.NewEncoder(s.in).Encode(next); err != nil {
		return traffic{}, fmt.Errorf("server: %w", err)
	}
	if !s.out.Scan() {
		return traffic{}, errors.New("server: it ended")
	}
	var t traffic
	err := json.Unmarshal(s.out.Bytes(), &t)
	return t, err
}

func (s *server) stop() {
	_ = s.in.Close()
	_ = s.process.Wait()
}
