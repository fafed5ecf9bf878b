//go:build e2e

package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// An lsp is a language server on the other end of a pipe.
type lsp struct {
	t     *testing.T
	stdin io.WriteCloser
	in    chan message
	last  int
}

// A message is one of JSON-RPC: a request, an answer or a notification.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      *int            `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

func startLSP(t *testing.T, cmd *exec.Cmd) *lsp {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s := &lsp{t: t, stdin: stdin, in: make(chan message, 1000)}
	go s.read(bufio.NewReader(stdout))
	return s
}

func (s *lsp) read(stdout *bufio.Reader) {
	defer close(s.in)
	for {
		header, err := textproto.NewReader(stdout).ReadMIMEHeader()
		if err != nil {
			return
		}
		length, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			return
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(stdout, body); err != nil {
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			return
		}
		s.in <- m
	}
}

func (s *lsp) write(m message) {
	s.t.Helper()
	m.Version = "2.0"
	data, err := json.Marshal(m)
	if err == nil {
		_, err = fmt.Fprintf(s.stdin, "Content-Length: %d\r\n\r\n%s", len(data), data)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// call makes a request, and answers those of the server until its result is
// there, which it decodes into result.
func (s *lsp) call(method string, params, result any) {
	s.t.Helper()
	s.last++
	id := s.last
	s.write(message{ID: &id, Method: method, Params: encode(s.t, params)})
	deadline := time.After(3 * time.Minute)
	for {
		select {
		case m, ok := <-s.in:
			switch {
			case !ok:
				s.t.Fatalf("%s: the server has ended", method)
			case m.Method != "" && m.ID != nil:
				s.answer(m)
			case m.Method == "" && m.ID != nil && *m.ID == id:
				if m.Error != nil {
					s.t.Fatalf("%s: %s", method, m.Error)
				}
				if err := json.Unmarshal(m.Result, result); err != nil {
					s.t.Fatalf("%s: %v: %s", method, err, m.Result)
				}
				return
			}
		case <-deadline:
			s.t.Fatalf("%s: no answer", method)
		}
	}
}

// answer answers a request of the server: it has no settings here.
func (s *lsp) answer(m message) {
	s.t.Helper()
	var asked struct{ Items []any }
	_ = json.Unmarshal(m.Params, &asked) // of workspace/configuration
	result := json.RawMessage("null")
	if m.Method == "workspace/configuration" {
		result = encode(s.t, make([]struct{}, len(asked.Items)))
	}
	s.write(message{ID: m.ID, Result: result})
}

func (s *lsp) notify(method string, params any) {
	s.t.Helper()
	s.write(message{Method: method, Params: encode(s.t, params)})
}

func encode(t *testing.T, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fileURI returns the address of a file.
func fileURI(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }
