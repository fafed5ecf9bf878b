//go:build fleet && linux

package main_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func goswServe(t *testing.T, root string) string {
	return start(t, srv("bin/gosw"), "serve", "--dir", root, "127.0.0.1:PORT")
}

// TestServeStore serves the store itself to each go command, and to gosw.
func TestServeStore(t *testing.T) {
	address := start(t, srv("bin/gosw"), "serve", "--offline", "127.0.0.1:PORT")
	for _, client := range clients {
		newUser(t).installs(client, address, target)
	}
	if out := newUser(t).gosw("install", "--from", address, target); !strings.Contains(out, "verified by the checksum database") {
		t.Error(out)
	}
}

// TestServeThroughput sends a zip to four clients at once, by gosw serve and by nginx in turn, and compares the best
// rounds: what disturbs one is no merit of the other.
func TestServeThroughput(t *testing.T) {
	zip := "/golang.org/toolchain/@v/v0.0.1-go" + target + "." + runtime.GOOS + "-" + runtime.GOARCH + ".zip"
	best := make(map[string]float64)
	addresses := map[string]string{"nginx": servers["nginx"](t, srv("srv")), "gosw": goswServe(t, srv("srv"))}
	for range 15 {
		for name, address := range addresses {
			best[name] = max(best[name], throughput(t, address+zip))
		}
	}
	ratio := best["gosw"] / best["nginx"]
	t.Logf("gosw serve %.0f MB/s, nginx %.0f MB/s: %.2f", best["gosw"], best["nginx"], ratio)
	if ratio < 0.9 {
		t.Error("less than nine tenths")
	}
}

// throughput returns the MB in a second of four downloads.
func throughput(t *testing.T, url string) float64 {
	var wait sync.WaitGroup
	var bytes [4]int64
	begin := time.Now()
	for i := range bytes {
		wait.Go(func() {
			answer, err := http.Get(url)
			if err == nil {
				defer answer.Body.Close()
				bytes[i], err = io.Copy(io.Discard, answer.Body)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	var sum int64
	for _, n := range bytes {
		sum += n
	}
	return float64(sum) / 1e6 / time.Since(begin).Seconds()
}

// TestServePage opens the page in a real browser, narrow and wide, light and dark. Nothing may be wider than the window.
// The pictures are left in bin/page for who wants to look.
func TestServePage(t *testing.T) {
	address := goswServe(t, srv("srv"))
	pictures, err := filepath.Abs("bin/page")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, os.MkdirAll(pictures, 0o755)); err != nil {
		t.Fatal(err)
	}
	// The page has no scripts, and allows none: one around a copy of it tells how wide that is. A window is no narrower
	// than 500 pixels, but a frame is.
	local := filepath.Join(t.TempDir(), "page.html")
	write := func(width int) {
		frame := fmt.Sprintf(`<body><iframe style="width: %dpx; border: 0" srcdoc="%s" onload="document.body.dataset.wide = this.contentDocument.documentElement.scrollWidth"></iframe>`,
			width, html.EscapeString(string(page)))
		if err := os.WriteFile(local, []byte(frame), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, scheme := range []string{"dark", "light"} {
		for _, width := range []int{400, 1200} {
			chromium := func(args ...string) string {
				cmd := exec.CommandContext(t.Context(), "chromium", append([]string{
					"--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + t.TempDir(),
					fmt.Sprintf("--blink-settings=preferredColorScheme=%d", i), fmt.Sprintf("--window-size=%d,1000", width),
				}, args...)...)
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("chromium: %v\n%s", err, out)
				}
				return string(out)
			}
			chromium("--screenshot="+filepath.Join(pictures, fmt.Sprintf("%s-%d.png", scheme, width)), address)
			write(width)
			dom := chromium("--dump-dom", "file://"+local)
			if want := fmt.Sprintf(`data-wide="%d"`, width); !strings.Contains(dom, want) {
				t.Errorf("%s, %d: not %s: %s", scheme, width, want, regexp.MustCompile(`data-wide="[^"]*"`).FindString(dom))
			}
		}
	}
	pngs, _ := filepath.Glob(pictures + "/*.png")
	sizes := make(map[int64]bool)
	for _, name := range pngs {
		if info, err := os.Stat(name); err == nil {
			sizes[info.Size()] = true
		}
	}
	if len(sizes) != 4 {
		t.Errorf("%d different pictures in %s", len(sizes), pictures)
	}
}

// TestServeBehindNginx runs docs/fleets.md's configuration of nginx, with a certificate and a password.
func TestServeBehindNginx(t *testing.T) {
	doc, err := os.ReadFile("docs/fleets.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindSubmatch(doc)
	if block == nil {
		t.Fatal("docs/fleets.md has no configuration")
	}
	address := goswServe(t, srv("srv"))
	tls := t.TempDir()
	cert, key, passwords := filepath.Join(tls, "go.pem"), filepath.Join(tls, "go.key"), filepath.Join(tls, "go.passwd")
	if out, err := exec.Command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext",
		"subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert).CombinedOutput(); err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	if err := os.WriteFile(passwords, []byte("ann:{PLAIN}secret\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	conf := strings.NewReplacer("443 ssl", "127.0.0.1:PORT ssl", "/etc/ssl/go.pem", cert, "/etc/ssl/go.key", key, "/etc/nginx/go.passwd", passwords,
		"http://127.0.0.1:8321", address).Replace(string(block[1]))
	plain := startConf(t, "nginx", []string{"-c"}, "daemon off; pid PREFIX/pid; error_log PREFIX/error.log; user root; events {}\nhttp { access_log off;\n"+conf+"}\n")
	secure := strings.Replace(plain, "http:", "https:", 1)
	for _, login := range []string{"", "machine " + strings.TrimPrefix(secure, "https://") + " login ann password secret\n"} {
		u := newUser(t)
		if err := os.WriteFile(filepath.Join(u.home, ".netrc"), []byte(login), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{
			{srv("bin/gosw"), "install", target},
			{srv("store/toolchains/go" + newest + "/bin/go"), "version"},
		} {
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Dir = u.home
			cmd.Env = []string{"HOME=" + u.home, "PATH=/usr/bin:/bin", "GOPROXY=" + secure, "SSL_CERT_FILE=" + cert, "GOTOOLCHAIN=go" + target, "GOFLAGS=-modcacherw", "GOSW_SOURCE=proxy"}
			out, err := cmd.CombinedOutput()
			if login == "" && (err == nil || !strings.Contains(string(out), "401")) || login != "" && err != nil {
				t.Errorf("%v, %q: %v\n%s", command, login, err, out)
			}
		}
	}
	cmd := exec.Command("curl", "-sk", "-u", "ann:secret", secure+"/")
	out, err := cmd.Output()
	if err != nil || !slices.Contains(strings.Split(string(out), "\n"), "<pre>GOPROXY="+secure+" gosw install "+newest+"</pre>") {
		t.Errorf("the page: %v\n%s", err, out)
	}
}
