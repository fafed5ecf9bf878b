package main_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A said is what a command of a session said.
type said struct {
	script, command string
	lines           []string // "> " is before results
	exit            string
}

// A script is a scenario with sessions.
type script struct {
	name, about string
	said        []said
}

// readSessions returns what all sessions of the scenarios say: they are compared
// with the real programs by TestScript.
func readSessions(t *testing.T) []script {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all []script
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := script{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), about: about(string(archive.Comment))}
		for _, f := range archive.Files {
			if !strings.Contains(string(archive.Comment), "session "+f.Name) {
				continue
			}
			for _, block := range strings.Split("\n"+string(f.Data), "\n$ ")[1:] {
				command, text, _ := strings.Cut(strings.TrimSuffix(block, "\n"), "\n")
				one := said{script: s.name, command: command, exit: "0"}
				for line := range strings.SplitSeq(text, "\n") {
					if code, ok := strings.CutPrefix(line, "exit "); ok {
						one.exit = code
					} else {
						one.lines = append(one.lines, line)
					}
				}
				s.said = append(s.said, one)
			}
		}
		if len(s.said) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// about returns the comment at the head of a scenario.
func about(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(line, "# ")
		if !ok {
			break
		}
		words = append(words, strings.TrimSpace(comment))
	}
	return strings.Join(words, " ")
}

var (
	speakers     = []string{"New", "Errorf", "Note", "Hint", "Hintf", "WithHint", "Usage", "add", "end", "Confirm"}
	speakingType = []string{"PinError", "habit"}
	speakingFunc = regexp.MustCompile(`(?i)(hint|fix|consequence|otherGo|Error|hintFor|invalidHint)$`)
)

// elsewhere names the scenario or test that shows a message or hint of
// internal/cli which no session can: it needs a terminal, another user, another
// system, a broken disk or good timing.
var elsewhere = map[string]string{
	"/proc is not mounted":                          "TestBareRoot",
	`mount it, as root: "mount -t proc proc /proc"`: "TestBareRoot",
	"this system has no CA certificates: install the package ca-certificates, or set SSL_CERT_FILE to a file with them":               "TestNoAuthority",
	"if your network has a certificate authority of its own, add it to the system's, or set SSL_CERT_FILE to a file with all of them": "TestNoAuthority",
	"%s does not say whether it switches: %v":                    "TestAskGo",
	"no answer in %v":                                            "TestAskGo",
	"interrupted; each version is either complete or unchanged":  "TestInterrupted",
	"look for gosw-shim beside gosw: %w":                         "TestOwnPath",
	"the network file system has lost this file: mount it again": "TestReadFaults",
	"too few files may be open (\"ulimit -n\" shows the limit): retry in a new shell, or raise the limit": "TestOpenFiles",
	"set USERPROFILE to your home directory%s":                                                            "TestHomeAgain",
	"set it again: %v%s":                         "TestHomeHint",
	"cmd.exe reads no start-up file":             "TestVoice",
	"run %v to have go on PATH, or name a shell": "TestVoice",
	`Windows PowerShell reads its profile only where scripts may run: "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"`: "TestProfile",
	". Install it now?": "shim_ask",
	"Remove %s, which no pin, default or process uses?": "upgrade",
	"Import %s?": "import_all",
	"%s can be imported without a download: %v": "import_all",
	"%q shows a line with all its releases":     "TestReleaseTable",
	"it has changed since it was read":          "TestWriteRC",
	"gosw can't keep its owner and permissions": "init_install_bad",
	"waiting: %s %s":                            "store_odd",
	"%s: repairing it too":                      "repair_shared",
	"%s, which is in another store, %s":         "repair_shared",
	"supported":                                 "TestScreens",
	"was supported":                             "TestScreens",
	"until two newer lines are out":             "TestScreens",
	"used here":                                 "TestScreens",
	"%v lists all releases":                     "TestScreens",
	"cross build with %v: some checks failed":   "TestCrossVerdict",
	"if the directory for temporary files is mounted noexec, set GOTMPDIR to another":      "TestCrossVerdict",
	"add the login for that server to your netrc file, or set GOAUTH (\"go help goauth\")": "TestHintFor",
	"compiled the standard library of %v%v (%.1fs)":                                        "install_warm",
	"no receipt": "list_table",
	"run \"gosw doctor\" to see why programs can't run there":                                                           "store_noexec",
	"%v: the list may be incomplete: the module proxy was asked for these platforms only":                               "list_platform",
	"; for the full list use \"GOSW_SOURCE=dl gosw …\"":                                                                 "list_platform",
	"import %s: it changed from %v to %v during the import":                                                             "import",
	"gosw can't find the start-up file of %s":                                                                           "TestStartupOfWindows",
	"add this line to it by hand: %s":                                                                                   "init_install_bad",
	"add this line to the file that $PROFILE names: %s":                                                                 "TestStartupOfWindows",
	"the files would belong to root: run gosw as that user, or set GOSW_ROOT to a store of root's own":                  "TestRootInAnothersHome",
	"try again when that process has ended":                                                                             "store_overlay",
	"run gosw as its owner":                                                                                             "TestRootInAnothersHome",
	"an earlier sudo may have done this; take it back":                                                                  "TestRootInAnothersHome",
	"another user could replace this store: set GOSW_ROOT to one below directories that belong to you or root":          "TestOwnedByAnother",
	"a system store must belong to root or to you":                                                                      "TestOwnedByAnother",
	"you can use root's store, but not change it: set GOSW_SYSTEM_ROOT to it, and GOSW_ROOT to a directory of your own": "TestOwnedByAnother",
	"another user could change what you run; use a store of your own":                                                   "TestOwnedByAnother",
	"another user could change what you run: set GOSW_ROOT to a directory of your own":                                  "TestOwnedByAnother",
	"gosw did not make this and does not follow links here; move it away":                                               "TestPlanted",
	"a store must be on one file system: move all of it, or set GOSW_ROOT":                                              "TestHintFor",
	"your disk quota is used up: free some space, or set GOSW_ROOT and XDG_CACHE_HOME to another disk":                  "TestHintFor",
	"the disk can't be read or written; look for the reason in the kernel's log (\"dmesg\")":                            "TestHintFor",
	"free some space, or set GOSW_ROOT and XDG_CACHE_HOME to a larger disk; \"gosw doctor\" shows which disk is full":   "TestHintFor",
	"update by hand: %v":                                                    "TestSelfKeyless",
	"move it, or install a new one by hand: %v":                             "TestSelfManaged",
	"another gosw still updates this copy after ":                           "TestSelfUpdateTogether",
	"waiting: another gosw updates this copy":                               "TestSelfUpdateTogether",
	"toolchains, cache and settings are still there":                        "TestSelfUninstall",
	"to remove them too: %v":                                                "TestSelfUninstall",
	"process %d (%s) runs from %v":                                          "TestSelfUninstall",
	"run this again when it has ended":                                      "TestSelfUninstall",
	"this removes %d toolchains and these directories:":                     "TestSelfUninstall",
	"Remove them all?":                                                      "TestSelfUninstall",
	"gosw %s is up to date":                                                 "TestSelfUpdate",
	"updated gosw from %s to %s":                                            "TestSelfUpdate",
	"gosw %s is older than this one, %s":                                    "TestSelfUpdate",
	"%v goes back to the version before the last update":                    "TestSelfUpdate",
	"the newest release there is gosw %s, which is older than this one, %s": "TestSelfUpdate",
	"a mirror may be late: %v shows which one it is":                        "TestSelfUpdate",
	"build it: %v":                           "TestSelfUpdate",
	"%v shows where gosw looks for releases": "TestSelfUpdate",
	"rolled back gosw from %s to %s":         "TestSelfRollback",
	"building gosw %s with %s":               "TestSelfVerify",
	"install one that can be verified: %v":   "TestSelfVerify",
	"This gosw could not be verified against its public source. Do not run it: remove it and install a release.": "TestSelfVerify",
	"verified: gosw and gosw-shim in %s are built from the public source of %s":                                  "TestSelfVerify",
	"this gosw was built by ":     "TestSelfVerify",
	", which is no release of Go": "TestSelfVerify",
	"install a published one: %v": "TestSelfVerify",
	"%s: differences were found by size and CRC from an unverified zip directory; use --full to be sure": "audit",
}

// TestCatalogue demands that each message and hint of the commands is in a
// session, or named above, and that testdata/messages.md has just what the sessions
// have. GOSW_UPDATE=1 renews it.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	scripts := readSessions(t)
	own := forms(t, "../../internal/cli", "../../internal/cli/*", "../../internal/setup")
	for _, f := range own {
		where, named := elsewhere[f.text]
		if !named && !f.isIn(scripts) {
			t.Errorf("%s: no session has %q", f.place, f.text)
		}
		if named && !exists(t, where) {
			t.Errorf("%s: there is no %s to show %q", f.place, where, f.text)
		}
	}
	got, err := os.ReadFile("testdata/messages.md")
	want := catalogue(t, scripts, own)
	if os.Getenv("GOSW_UPDATE") != "" {
		err = os.WriteFile("testdata/messages.md", []byte(want), 0o644)
	} else if string(got) != want {
		t.Error("testdata/messages.md is not what the sessions say; GOSW_UPDATE=1 go test -run TestCatalogue ./cmd/gosw renews it")
	}
	if err != nil {
		t.Error(err)
	}
}

// exists reports whether there is a scenario or a test of that name.
func exists(t *testing.T, name string) bool {
	t.Helper()
	if !strings.HasPrefix(name, "Test") {
		_, err := os.Stat("testdata/script/" + name + ".txtar")
		return err == nil
	}
	for _, pattern := range []string{"*_test.go", "../../internal/*/*_test.go", "../../internal/cli/*/*_test.go", "../../test/windows/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(data), "func "+name+"(") {
				return true
			}
		}
	}
	return false
}

const catalogueHead = `# What gosw says when something is wrong

Each message names the operation, what it was about, and the cause; the hint after it has the command that fixes it. Here
is every message with its hint and the exit code of the command, "…" where the text differs, and a command that leads to
it. The tables are made from the scenarios of the same names in cmd/gosw/testdata/script, where each is compared with
what the real gosw says, by TestCatalogue, which fails if a message of gosw is missing here. docs/reference.md
has the exit codes.
`

// catalogue returns testdata/messages.md.
func catalogue(t *testing.T, scripts []script, own []form) string {
	var out strings.Builder
	out.WriteString(catalogueHead)
	for _, s := range scripts {
		out.WriteString("\n## " + s.name + "\n\n" + s.about + "\n\n| message | hint | code | for example |\n|---|---|---|---|\n")
		seen := make(map[string]bool)
		for _, one := range s.said {
			for _, m := range one.messages() {
				key := cell(general(m.text, own)) + " | " + cell(general(m.hint, own)) + " | " + one.exit + " |"
				if !seen[key] {
					seen[key] = true
					out.WriteString("| " + key + " " + cell(shorten(one.command)) + " |\n")
				}
			}
		}
	}
	out.WriteString("\n## What no session shows\n\nIt needs a terminal, another user, another system, a broken disk or good timing.\n\n| text | shown by |\n|---|---|\n")
	for _, text := range slices.Sorted(maps.Keys(elsewhere)) {
		out.WriteString("| " + cell(verb.ReplaceAllString(text, "…")) + " | " + elsewhere[text] + " |\n")
	}
	out.WriteString("\n## Causes from below\n\nWhat stands after the colon comes from the packages that do the work. The scenario is the first one above that has its words;\nthe others are for the tests of the package (internal/archive/hostile/corpus.md lists those of archives).\n\n| cause | package | scenario |\n|---|---|---|\n")
	for _, name := range workers {
		done := make(map[string]bool)
		for _, f := range forms(t, "../../internal/"+name) {
			text := verb.ReplaceAllString(f.text, "…")
			if !done[text] {
				done[text] = true
				out.WriteString("| " + cell(text) + " | " + name + " | " + f.shownBy(scripts) + " |\n")
			}
		}
	}
	return out.String()
}

var workers = []string{"fetch", "web", "sumdb", "release", "archive", "tree", "store", "resolve", "gover", "gover/constraint", "gomod", "goenv", "toolchain", "vuln", "shell"}

// A message is one with its hint.
type message struct{ text, hint string }

// messages returns what a command has said, one by one; gosw why says it as a
// result.
func (s said) messages() []message {
	var all []message
	for _, line := range s.lines {
		text, isSaid := strings.CutPrefix(line, "gosw: ")
		why, isWhy := strings.CutPrefix(line, ">   ")
		switch hint, isHint := strings.CutPrefix(text, "hint: "); {
		case isSaid && isHint && len(all) > 0 && all[len(all)-1].hint == "":
			all[len(all)-1].hint = hint
		case isSaid && isHint:
			all = append(all, message{hint: hint})
		case isSaid:
			all = append(all, message{text: text})
		case isWhy && strings.HasPrefix(why, "  ") && len(all) > 0:
			all[len(all)-1].hint = strings.TrimSpace(why)
		case isWhy && (strings.HasPrefix(why, "wrong: ") || strings.HasPrefix(why, "note: ")):
			all = append(all, message{text: why})
		}
	}
	return all
}

// general puts "…" where text, which a session has, would differ elsewhere: where
// the longest form that makes it has a verb, else where it has names of this
// machine.
func general(text string, own []form) string {
	if command, ok := strings.CutPrefix(text, `run "`); ok {
		return `run "` + names.ReplaceAllString(command, "…")
	}
	best, longest := "", 0
	for _, f := range own {
		fixed := verb.ReplaceAllString(f.text, "")
		place := f.pattern.FindStringIndex(text)
		if place == nil || len(fixed) <= longest || 3*len(fixed) < len(text)-len(fixed) && len(fixed) < 12 {
			continue
		}
		first, _, _ := strings.Cut(f.text, "\n")
		longest, best = len(fixed), verb.ReplaceAllString(first, "…")
		if place[0] > 0 {
			best = "…" + best
		}
		if place[1] < len(text) {
			best += "…"
		}
	}
	if best != "" {
		return best
	}
	return names.ReplaceAllString(text, "…")
}

// names are what messages of the packages below have in them.
var names = regexp.MustCompile(`"[^"]*"|https?://[^ ,]*[^ ,:]|\$[A-Z]+(/[^ :,;"]*)?|\b(go1|1\.\d+)(\.\d+)*(rc\d+)?\b`)

func shorten(command string) string {
	if runes := []rune(command); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return command
}

func cell(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}
