package switching

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder makes files in a new folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// TestDecide has the rules of cmd/go, a row each; test/e2e compares them with
// what real releases do.
func TestDecide(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		local, gotoolchain, mod string // mod: the go.mod, ";" for a line end
		name                    string
		reason                  Reason
		err                     string
	}{
		{"go1.20.14", "go1.99.0", "go 1.27", "go1.20.14", Old, ""},
		{"go1.21rc2", "auto", "go 1.21.0", "go1.21.0", ByGo, ""},
		{"go1.22.12", "", "go 1.27.4", "go1.22.12", NoSetting, ""},
		{"go1.22.12", "auto", "", "go1.22.12", Stays, ""},
		{"go1.22.12", "auto", "go 1.22", "go1.22.12", Stays, ""},
		{"go1.22.12", "auto", "go 1.23", "go1.23.0", ByGo, ""},
		{"go1.22.12", "auto", "go 1.23rc1", "go1.23rc1", ByGo, ""},
		{"go1.22.12", "path", "go 1.23.4", "go1.23.4", ByGo, ""},
		{"go1.22.12", "local", "go 1.23.4", "go1.22.12", Stays, ""},
		{"go1.22.12", "auto", "go 1.21;toolchain go1.23.1", "go1.23.1", ByToolchain, ""},
		{"go1.22.12", "auto", "go 1.21;toolchain go1.22.12", "go1.22.12", Stays, ""},
		{"go1.22.12", "auto", "go 1.21;toolchain go1.22.12-x", "go1.22.12", Stays, ""},
		{"go1.22.12", "auto", "go 1.23.4;toolchain go1.23.1", "go1.23.4", ByGo, ""},
		{"go1.22.12", "auto", "go 1.23.4;toolchain default", "go1.22.12", Stays, ""},
		{"go1.22.12", "auto", "toolchain x", "", "", `invalid toolchain "x"`},
		{"go1.22.12", "auto", "toolchain go1.23/x", "", "", `invalid toolchain "go1.23/x"`},
		{"go1.22.12", "local", "toolchain x", "go1.22.12", Stays, ""},
		{"go1.22.12", "go1.22.12", "go 1.23.4", "go1.22.12", Stays, ""},
		{"go1.22.12", "go1.18", "go 1.23.4", "go1.18", Ordered, ""},
		{"go1.22.12", "go1.20.1+auto", "go 1.21", "go1.21.0", ByGo, ""},
		{"go1.22.12", "go1.24.1+path", "go 1.23.4", "go1.24.1", Ordered, ""},
		{"go1.22.12", "go1.24.1-x", "", "go1.24.1-x", Ordered, ""},
		{"go1.22.12", "local+auto", "go 1.23.4", "go1.23.4", ByGo, ""},
		{"go1.22.12", "bash", "", "", "", `invalid GOTOOLCHAIN "bash"`},
		{"go1.22.12", "x+auto", "", "", "", `invalid GOTOOLCHAIN "x+auto"`},
		{"go1.22.12", "go1.23.4+x", "", "", "", "only version suffixes are +auto and +path"},
	} {
		root := folder(t, map[string]string{"go.mod": "module m\n" + strings.ReplaceAll(test.mod, ";", "\n")})
		d, err := Decide(Start{
			Dir: root, Local: test.local, TempDir: "/none",
			Settings: ReadSettings(getenv(map[string]string{"GOTOOLCHAIN": test.gotoolchain, "GOWORK": "off"}), "", ""),
		})
		if test.err != "" {
			if invalid := (*InvalidError)(nil); !errors.As(err, &invalid) || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%+v: error %v", test, err)
			}
			continue
		}
		if err != nil || d.Name != test.name || d.Reason != test.reason {
			t.Errorf("%+v: got %s, %s, %v", test, d.Name, d.Reason, err)
		}
	}
}

// TestSettings has the order of the places, and the two ways of being empty.
func TestSettings(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{
		"env":     "# x\nGOWORK=/a\nGOTOOLCHAIN=\nlower=1\nGOFLAGS=-a\nGOFLAGS= -b \n",
		"go.env":  "GOTOOLCHAIN=auto\nGOPROXY=p\nGOWORK=/b\n",
		"other/x": "",
	})
	s := ReadSettings(getenv(map[string]string{"GOPROXY": "", "GOSUMDB": "off"}), filepath.Join(root, "env"), root)
	for name, want := range map[string]Value{
		"GOWORK":      {"/a", UserFile, filepath.Join(root, "env"), 2},
		"GOTOOLCHAIN": {"", UserFile, filepath.Join(root, "env"), 3}, // hides that of go.env
		"GOFLAGS":     {" -b ", UserFile, filepath.Join(root, "env"), 6},
		"GOPROXY":     {"p", GOROOTFile, filepath.Join(root, "go.env"), 2},
		"GOSUMDB":     {Text: "off", Origin: Environment},
		"GOPATH":      {Origin: Unset},
		"lower":       {Origin: Unset},
	} {
		if got := s.Get(name); got != want {
			t.Errorf("Get(%s) = %+v, want %+v", name, got, want)
		}
	}
}

// TestFit has the go.mod files that a toolchain takes, and those that end it.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		file ModFile
		want Fit
	}{
		{"go1.22.12", ModFile{}, Fits},
		{"go1.22.12", ModFile{Go: "1.22", GoLine: 1}, Fits},
		{"go1.22.12", ModFile{Go: "1.23", GoLine: 1}, TooOld},
		{"go1.22.12-x", ModFile{Go: "1.22.12", GoLine: 1}, Fits},
		{"go1.22.12", ModFile{Go: "1.22.x", GoLine: 1}, Unreadable},
		{"go1.22.12", ModFile{Toolchain: "x", ToolchainLine: 1}, Unreadable},
		{"go1.22.12", ModFile{Toolchain: "default", ToolchainLine: 1}, Fits},
		{"go1.18.10", ModFile{Go: "1.18", GoLine: 1}, Fits},
		{"go1.18.10", ModFile{Go: "1.22", GoLine: 1}, Daring},
		{"go1.18.10", ModFile{Go: "1.22.1", GoLine: 1}, Unreadable},
		{"go1.18.10", ModFile{Toolchain: "go1.18.1", ToolchainLine: 1}, Unreadable},
	} {
		if got := test.file.Fit(test.name); got != test.want {
			t.Errorf("%+v.Fit(%s) = %s, want %s", test.file, test.name, got, test.want)
		}
	}
}

// TestLocate has each place, in the order of cmd/go.
func TestLocate(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"bin/go1.23.4": "#!/bin/sh\n", "relative/go1.23.4": "#!/bin/sh\n"})
	v := "v0.0.1-go1.23.5." + platform()
	zipOnly, unpacked, partial := filepath.Join(root, "zip"), filepath.Join(root, "unpacked"), filepath.Join(root, "partial")
	stem := filepath.Join("cache", "download", "golang.org", "toolchain", "@v", v)
	for _, file := range []string{
		filepath.Join(zipOnly, stem+".zip"),
		filepath.Join(unpacked, stem+".ziphash"), filepath.Join(unpacked, "golang.org", "toolchain@"+v, "VERSION"),
		filepath.Join(partial, stem+".ziphash"), filepath.Join(partial, stem+".partial"), filepath.Join(partial, "golang.org", "toolchain@"+v, "VERSION"),
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	path := "/none" + string(filepath.ListSeparator) + filepath.Join(root, "bin")
	for _, test := range []struct {
		name, path, modCache string
		env                  map[string]string
		want                 Place
	}{
		{"go1.22.12", path, "", nil, Started},
		{"go1.23.4", path, "", nil, OnPath},
		{"go1.23.4", "." + string(filepath.ListSeparator) + path, "", nil, OnPath},
		{"go1.23.5", path, zipOnly, nil, ModCache},
		{"go1.23.5", path, unpacked, nil, ModCache},
		{"go1.23.5", path, partial, nil, Download},
		{"go1.23.5", path, zipOnly, map[string]string{"GOTOOLCHAIN": "path"}, Nowhere},
		{"go1.23.5", path, zipOnly, map[string]string{"GOTOOLCHAIN": "go1.23.5+path"}, Nowhere},
		{"go1.23.5", path, zipOnly, map[string]string{"GOSUMDB": "off"}, Nowhere},
		{"go1.23.5", path, zipOnly, map[string]string{"GOPROXY": "off"}, ModCache},
		{"go1.23.5", path, "", map[string]string{"GOPROXY": "off"}, Nowhere},
		{"go1.23.5", path, "", nil, Download},
		{"go1.23", path, "", nil, Nowhere},
	} {
		s := Start{Local: "go1.22.12", Settings: ReadSettings(getenv(test.env), "", "")}
		d := Decision{Name: test.name, Setting: s.Settings.Get("GOTOOLCHAIN")}
		if got := Locate(s, d, test.path, test.modCache); got.Place != test.want {
			t.Errorf("%+v: got %+v", test, got)
		}
	}
}
