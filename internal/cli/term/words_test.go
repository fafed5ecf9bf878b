package term

import "testing"

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0.0 MB", 76_540_000: "76.5 MB", 999_940_000: "999.9 MB", 999_950_000: "1.0 GB", 12_345_678_901: "12.3 GB"} {
		if got := Size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/home/jo/src": "~/src",
		"in /home/jo/a and \"/home/jo/b c\":1 of": `in ~/a and "~/b c":1 of`,
		"/net/home/jo/a /home/joe/a /home/jo":     "/net/home/jo/a /home/joe/a /home/jo",
		"PATH=/home/jo/bin:/home/jo/go/bin":       "PATH=~/bin:~/go/bin",
		"/home/jo//home/jo/a":                     "~//home/jo/a",
	} {
		if got := short("/home/jo", text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, home := range []string{"", "/", "jo"} {
		if got := short(home, "/jo/a"); got != "/jo/a" {
			t.Errorf("home %q: %s", home, got)
		}
	}
}
