package goauth

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
)

const (
	maxOutput = 1 << 20
	patience  = 3 * time.Second // for what a command that was ended has left running
)

// fromCommand runs a command and reads the credentials that it prints.
func (a *Auth) fromCommand(ctx context.Context, words []string, address string, refusal *http.Response) (credentials, error) {
	args := slices.Clone(words[1:])
	if address != "" {
		args = append(args, address)
	}
	out, err := a.output(ctx, "", statusLines(refusal), words[0], args...)
	if err != nil {
		return nil, err
	}
	found, err := parse(string(out))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", words[0], err)
	}
	return found, nil
}

// output runs a program and returns what it prints on stdout. Its stderr is for
// the error: the first line of it.
func (a *Auth) output(ctx context.Context, dir, stdin, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	out, problem := fsx.Capped{Limit: maxOutput}, fsx.Capped{Limit: maxOutput}
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, strings.NewReader(stdin), &out, &problem
	cmd.WaitDelay = patience
	// A command that runs go must not wait for the very install that waits for it.
	cmd.Env = append(slices.Clone(a.env), "GOSW_AUTO_INSTALL=never")
	if !slices.ContainsFunc(a.env, func(s string) bool { return strings.HasPrefix(s, "GIT_TERMINAL_PROMPT=") }) {
		cmd.Env = append(cmd.Env, "GIT_TERMINAL_PROMPT=0") // as the go command has it
	}
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.As(err, new(*exec.ExitError)):
		line, _, _ := strings.Cut(strings.TrimSpace(problem.String()), "\n")
		return nil, fmt.Errorf("%s: %w: %s", name, err, line)
	case err != nil:
		return nil, err
	case out.Over():
		return nil, fmt.Errorf("%s: more than %d bytes", name, maxOutput)
	}
	return out.Bytes(), nil
}

// statusLines are what a command reads about the answer that was no good.
func statusLines(refusal *http.Response) string {
	if refusal == nil {
		return ""
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n", refusal.Proto, refusal.Status)
	for name, values := range refusal.Header {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(values, ", "))
	}
	return text.String() + "\n"
}

// parse reads sets of credentials: lines with URLs, an empty line, lines with
// header fields, an empty line. Errors show nothing of it: it is secret.
func parse(text string) (credentials, error) {
	found := make(credentials)
	r := textproto.NewReader(bufio.NewReader(strings.NewReader(text)))
	for {
		if _, err := r.R.Peek(1); err != nil { // the end
			return found, nil
		}
		var urls []string
		line, err := r.ReadLine()
		for ; err == nil && line != ""; line, err = r.ReadLine() {
			urls = append(urls, line)
		}
		if err != nil {
			return nil, errors.New("no empty line after the URLs")
		}
		header, err := r.ReadMIMEHeader()
		for name := range header {
			if strings.Contains(name, " ") { // which textproto lets pass
				err = errors.ErrUnsupported
			}
		}
		if err != nil {
			return nil, errors.New("no empty line after the header fields, or a line that is not a header field")
		}
		for _, text := range urls {
			u, err := url.ParseRequestURI(text)
			if err != nil || u.Scheme != "https" || u.Host == "" {
				return nil, errors.New("a line that is not a URL with https")
			}
			found.set(u.Host+u.EscapedPath(), http.Header(header))
		}
	}
}
