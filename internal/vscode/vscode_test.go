package vscode

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tailscale/hujson"
)

// The settings as VS Code sees them.
const (
	bin      = "/home/me/.local/go/bin"
	wantGo   = bin + "/go"
	wantPath = bin + ":${env:PATH}"
)

var shims = Shims{Go: wantGo, Path: bin + ":"}

// TestAdd has a row for each form of a file. What is not named stays as it is.
func TestAdd(t *testing.T) {
	t.Parallel()
	ours := func(lead string) string {
		return lead + `/* gosw */ "go.alternateTools": {"go": "` + wantGo + `"},` +
			lead + `/* gosw */ "go.toolsEnvVars": {"PATH": "` + wantPath + `"},` +
			lead + `/* gosw */ "go.terminal.activateEnvironment": false`
	}
	fresh := ours("\n    ") + "\n}\n"
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "\n/* gosw */ {" + fresh},
		{"blank", " \n", " \n\n/* gosw */ {" + fresh},
		{"a comment alone, without its end of line", "// mine", "// mine\n/* gosw */ {" + fresh},
		{"an empty object", "{}", "/* gosw was: {} */ {" + ours("\n    ") + "\n}"},
		{"an empty object of two lines", "{\n}\n", "{" + fresh},
		{"an empty object with a comment", "{ // mine\n}\n", "{" + ours("\n    ") + " // mine\n}\n"},
		{"settings", "{\n  \"a\": 1,\n  \"b\": [2, 3]\n}\n", "{" + ours("\n  ") + ",\n  \"a\": 1,\n  \"b\": [2, 3]\n}\n"},
		{"tabs, no end of line", "{\n\t\"a\": 1\n}", "{" + ours("\n\t") + ",\n\t\"a\": 1\n}"},
		{"a trailing comma", "{\n\t\"a\": 1,\n}\n", "{" + ours("\n\t") + ",\n\t\"a\": 1,\n}\n"},
		{"one line", `{ "a": 1 }`, "{" + ours(" ") + `, "a": 1 }`},
		{"comments", "// top\n{\n  // of a\n  \"a\": 1, /* b */ \"b\": 2 // end\n  /* last */ }", "// top\n{" + ours("\n  ") + ",\n  // of a\n  \"a\": 1, /* b */ \"b\": 2 // end\n  /* last */ }"},
		{"CRLF", "{\r\n    \"a\": 1\r\n}\r\n", "{" + ours("\r\n    ") + ",\r\n    \"a\": 1\r\n}\r\n"},
		{"BOM", bom + "{\n}\n", bom + "{" + fresh},
		{"other tools", "{\n  \"go.alternateTools\": {\n    \"dlv\": \"/x\"\n  }\n}",
			"{" + strings.Replace(ours("\n  "), `/* gosw */ "go.alternateTools": {"go": "`+wantGo+`"},`+"\n  ", "", 1) +
				",\n  \"go.alternateTools\": {\n    /* gosw */ \"go\": \"" + wantGo + "\",\n    \"dlv\": \"/x\"\n  }\n}"},
		{"all there, by others", `{"go.terminal.activateEnvironment": true, "go.alternateTools": {"go": "/usr/bin/go"}, "go.toolsEnvVars": {"PATH": "/x:${env:PATH}", "A": "b"}}`,
			`{"go.terminal.activateEnvironment": /* gosw was: true */ false, "go.alternateTools": {"go": /* gosw was: "/usr/bin/go" */ "` + wantGo +
				`"}, "go.toolsEnvVars": {"PATH": /* gosw was: "/x:${env:PATH}" */ "` + bin + `:/x:${env:PATH}", "A": "b"}}`},
		{"objects that are none", `{"go.terminal.activateEnvironment": {"a": [1]}, "go.alternateTools": null, "go.toolsEnvVars": []}`,
			`{"go.terminal.activateEnvironment": /* gosw was: {"a": [1]} */ false, "go.alternateTools": /* gosw was: null */ {"go": "` + wantGo +
				`"}, "go.toolsEnvVars": /* gosw was: [] */ {"PATH": "` + wantPath + `"}}`},
		{"the same by hand", `{"go.alternateTools": {"go": "` + wantGo + `"}, "go.toolsEnvVars": {}, "go.terminal.activateEnvironment":false}`,
			`{"go.alternateTools": {"go": "` + wantGo + `"}, "go.toolsEnvVars": {/* gosw */ "PATH": "` + wantPath + `"}, "go.terminal.activateEnvironment":false}`},
		{"a key twice, of which the last counts", `{"go.terminal.activateEnvironment": 1, "go.terminal.activateEnvironment": 2, "go.alternateTools": {}, "go.toolsEnvVars": {}}`,
			`{"go.terminal.activateEnvironment": 1, "go.terminal.activateEnvironment": /* gosw was: 2 */ false, "go.alternateTools": {/* gosw */ "go": "` + wantGo +
				`"}, "go.toolsEnvVars": {/* gosw */ "PATH": "` + wantPath + `"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Add(test.text, false, shims)
			if err != nil || got != test.want {
				t.Fatalf("got %v\n%s\nwant\n%s", err, got, test.want)
			}
			seen(t, got)
			if again, err := Add(got, false, shims); again != got || err != nil {
				t.Errorf("again: %v\n%s", err, again)
			}
			elsewhere := Shims{Go: `C:\a "b"\go.exe`, Path: `C:\a "b";`}
			moved, err := Add(got, false, elsewhere)
			if direct, _ := Add(test.text, false, elsewhere); moved != direct || err != nil {
				t.Errorf("of a store that has moved: %v\n%s", err, moved)
			}
			rest, gone, err := Remove(got)
			if rest != test.text || gone || err != nil {
				t.Errorf("removed: gone %v, %v\n%q, want\n%q", gone, err, rest, test.text)
			}
		})
	}
}

// seen fails if the settings in text are not what VS Code has to see.
func seen(t *testing.T, text string) {
	t.Helper()
	data, err := hujson.Standardize([]byte(strings.TrimPrefix(text, bom)))
	var got map[string]any // the fields of a struct may be of other case
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	tools, _ := got[alternateTools].(map[string]any)
	env, _ := got[toolsEnvVars].(map[string]any)
	path, _ := env["PATH"].(string)
	if err != nil || tools["go"] != wantGo || !strings.HasPrefix(path, bin+":") || got[activate] != false {
		t.Errorf("VS Code sees %v, %v", got, err)
	}
}

func TestAddMissing(t *testing.T) {
	t.Parallel()
	text, err := Add("", true, shims)
	if err != nil || !strings.HasPrefix(text, "/* gosw: new file */ {\n    /* gosw */ \"go.") {
		t.Fatalf("%v\n%s", err, text)
	}
	if again, err := Add(text, false, shims); again != text || err != nil {
		t.Errorf("again: %v\n%s", err, again)
	}
	if rest, gone, err := Remove(text); rest != "" || !gone || err != nil {
		t.Errorf("%q, gone %v, %v", rest, gone, err)
	}
}

// TestRemoveChanged takes out gosw's settings after somebody has changed others, as
// the editor does: behind the last member.
func TestRemoveChanged(t *testing.T) {
	t.Parallel()
	fresh, err := Add("", true, shims)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, text, want string }{
		{"a setting after gosw's", strings.Replace(fresh, "false", "false,\n    \"a\": 1", 1), "{\n    \"a\": 1\n}\n"},
		{"a tool beside go", strings.Replace(fresh, `bin/go"`, `bin/go", "dlv": "/x"`, 1), "{\n    \"go.alternateTools\": { \"dlv\": \"/x\"}\n}\n"},
		{"gosw's last", `{"a": 1, /* gosw */ "go.terminal.activateEnvironment": false}`, `{"a": 1}`},
		{"a comment between", "{\n    /* gosw */ // why?\n    \"go.terminal.activateEnvironment\": false\n}", "{// why?\n    \n}"},
		{"nothing of gosw, not JSON", "{,}", "{,}"},
		{"a list", "[/* gosw */ 1]", "[/* gosw */ 1]"},
	} {
		if got, gone, err := Remove(test.text); got != test.want || gone || err != nil {
			t.Errorf("%s: gone %v, %v\n%q, want\n%q", test.name, gone, err, got, test.want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\n  \"a\" 1\n}":                 "not JSON: line 2, column 7: invalid character",
		"[]":                              "not an object of settings",
		"null":                            "not an object of settings",
		"{} {}":                           "not JSON: ",
		"\xff\xfe{\x00}\x00":              "not JSON: line 1, column 1: ",
		"/* gosw */ {\n \"a":              "not JSON: ",
		"{\"go.alternateTools\": \"*/\"}": errComment.Error(),
	} {
		if got, err := Add(text, false, shims); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s; %q", text, err, want, got)
		}
	}
}

func TestOverriding(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"go.goroot": "/x", "go.toolsEnvVars": {"GOROOT": "/x"}}`: "go.goroot go.toolsEnvVars.GOROOT",
		`{"go.goroot": "", "go.toolsEnvVars": {"PATH": "/x"}}`:     "",
		`{"go.goroot": null, "go.toolsEnvVars": 1}`:                "",
		`[]`: "", `{`: "", ``: "",
	} {
		if got := strings.Join(Overriding(text), " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// FuzzAdd makes sure that what Add does can be undone, whatever the text.
func FuzzAdd(f *testing.F) {
	for _, text := range []string{"", "{}", "{\r\n}\n", "// x", `{"a":{"b":[1,{}]},}`, `{"go.alternateTools":{/* x */}, "go.toolsEnvVars":{"PATH":""}}`, bom + " {\n\t\"a\" : 1 // b\n , }"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if marker.MatchString(text) {
			t.Skip()
		}
		added, err := Add(text, false, shims)
		if err != nil {
			t.Skip()
		}
		seen(t, added)
		if rest, _, err := Remove(added); rest != text || err != nil {
			t.Errorf("%v\n%q, want\n%q; added:\n%q", err, rest, text, added)
		}
	})
}
