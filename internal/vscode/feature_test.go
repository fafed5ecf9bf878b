package vscode

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/tailscale/hujson"
)

// TestFeature reads the feature for dev containers with the fields that its schema
// (devContainerFeature.schema.json of github.com/devcontainers/spec) knows, and no other,
// and compares the settings in it with those that Add makes for its store.
func TestFeature(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../devcontainer/gosw/devcontainer-feature.json")
	if err != nil {
		t.Fatal(err)
	}
	var feature struct {
		ID               string            `json:"id"`
		Version          string            `json:"version"`
		Name             string            `json:"name"`
		Description      string            `json:"description"`
		DocumentationURL string            `json:"documentationURL"`
		LicenseURL       string            `json:"licenseURL"`
		ContainerEnv     map[string]string `json:"containerEnv"`
		InstallsAfter    []string          `json:"installsAfter"`
		Options          map[string]struct {
			Type        string   `json:"type"`
			Proposals   []string `json:"proposals"`
			Default     string   `json:"default"`
			Description string   `json:"description"`
		} `json:"options"`
		Customizations struct {
			VSCode struct {
				Extensions []string       `json:"extensions"`
				Settings   map[string]any `json:"settings"`
			} `json:"vscode"`
		} `json:"customizations"`
	}
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&feature); err != nil {
		t.Fatal(err)
	}
	if feature.ID != "gosw" || feature.Version == "" || feature.Options["version"].Type != "string" || feature.Options["version"].Default == "" {
		t.Errorf("a field that is needed is wrong or missing: %+v", feature)
	}
	bin := feature.ContainerEnv["GOSW_SYSTEM_ROOT"] + "/bin"
	if got, want := feature.ContainerEnv["PATH"], bin+":${PATH}"; got != want {
		t.Errorf("PATH is %q, want %q", got, want)
	}
	if want := added(t, bin); !reflect.DeepEqual(feature.Customizations.VSCode.Settings, want) {
		t.Errorf("settings %v, want %v", feature.Customizations.VSCode.Settings, want)
	}
}

// TestDocument compares the settings in docs/editors.md with those that Add makes.
func TestDocument(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/editors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "The settings are\n\n")
	text, _, found := strings.Cut(text, "\n\nThe first")
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil || !found {
		t.Fatal(err, text)
	}
	if want := added(t, bin); !reflect.DeepEqual(got, want) {
		t.Errorf("settings %v, want %v", got, want)
	}
}

// added are the settings of Add for the shims in a directory.
func added(t *testing.T, bin string) (settings map[string]any) {
	t.Helper()
	text, err := Add("", true, Shims{Go: bin + "/go", Path: bin + ":"})
	standard, parseErr := hujson.Standardize([]byte(text))
	if err != nil || parseErr != nil || json.Unmarshal(standard, &settings) != nil {
		t.Fatal(err, parseErr, text)
	}
	return settings
}
