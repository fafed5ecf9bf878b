package term

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
)

// Confirm asks a question on the terminal; who only presses return chooses
// fallback. An interrupt, or the end of input, is a no. Nothing is drawn any more
// then, and what was typed before the question is no answer to it.
func (u *UI) Confirm(ctx context.Context, question string, fallback bool) bool {
	choices := "[y/N]"
	if fallback {
		choices = "[Y/n]"
	}
	u.StopDrawing()
	if f, ok := u.in.(*os.File); ok {
		forgetTyped(int(f.Fd()))
	}
	_, _ = fmt.Fprintf(u.Err, "gosw: %s %s ", Clean(question), choices)
	yes := make(chan bool, 1)
	go func() {
		answer, err := bufio.NewReader(u.in).ReadString('\n')
		if err != nil { // the end of input leaves the cursor where it is
			_, _ = fmt.Fprintln(u.Err)
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "":
			yes <- err == nil && fallback
		case "y", "yes":
			yes <- err == nil
		default:
			yes <- false
		}
	}()
	select {
	case answer := <-yes:
		return answer
	case <-ctx.Done():
		_, _ = fmt.Fprintln(u.Err)
		return false
	}
}
