package failure

import "testing"

// TestHomeAgain has a hint also where Windows doesn't know the home directory any more.
func TestHomeAgain(t *testing.T) {
	t.Parallel()
	if got := homeAgain("", ", and run this again"); got.Text != "set USERPROFILE to your home directory%s" {
		t.Errorf("got %q", got.Text)
	}
	if got := homeAgain(`C:\Users\jo`, ""); got.Text != "set it again: %v%s" {
		t.Errorf("got %q", got.Text)
	}
}
