// Package vscode puts into the text of a settings.json of VS Code what lets its Go
// extension use gosw's shims, and takes it out again. Text in, text out: it touches no
// files. The text is JSON with comments and trailing commas, and all of it stays as it
// is but for what gosw adds, which stands behind a comment of gosw's. That comment also
// keeps what stood there before, so that [Remove] gives back byte for byte what was
// given to [Add], or, if somebody has changed other settings since, those as they are.
package vscode

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// The names of the extension's settings that matter here.
const (
	alternateTools = "go.alternateTools"
	toolsEnvVars   = "go.toolsEnvVars"
	goroot         = "go.goroot"
	// If true, the extension asks the alternate go for its GOROOT in the root of the
	// workspace, once, and puts that before the shims in PATH: the version would be the
	// same in all directories, for gopls and in the terminals of VS Code.
	activate = "go.terminal.activateEnvironment"
)

// The comments that mark what gosw has added or replaced.
const (
	mark     = "/* gosw */ "
	newFile  = "/* gosw: new file */ "
	replaced = "/* gosw was: %s */ "
)

var marker = regexp.MustCompile(`(?s)/\* gosw(: new file| was: .*?|) \*/ ?`)

// errComment is of a value that a comment can't keep.
var errComment = errors.New(`a value that gosw would replace has "*/" in it`)

// bom may stand before the text.
const bom = "\ufeff"

// A document is a text that has been parsed.
type document struct {
	bom, eol string
	root     hujson.Value
}

func parse(text string) (*document, error) {
	d := &document{eol: "\n"}
	if strings.Contains(text, "\r\n") {
		d.eol = "\r\n"
	}
	text, found := strings.CutPrefix(text, bom)
	if found {
		d.bom = bom
	}
	var err error
	if d.root, err = hujson.Parse([]byte(text)); err != nil {
		if blank, blankErr := hujson.Parse([]byte(text + "\nnull")); blankErr == nil && len(blank.BeforeExtra) == len(text)+1 {
			d.root = hujson.Value{BeforeExtra: hujson.Extra(text)}
			return d, nil
		}
		return nil, fmt.Errorf("not JSON: %s", strings.TrimPrefix(err.Error(), "hujson: "))
	}
	return d, nil
}

func (d *document) String() string {
	if d.root.Value == nil {
		return d.bom + string(d.root.BeforeExtra)
	}
	return d.bom + d.root.String()
}

// Shims are where go is for the extension.
type Shims struct {
	Go   string // the path of the shim
	Path string // what comes first in PATH, with the separator at its end
}

// Add returns text with gosw's settings. A file that is missing has no text. What an
// earlier Add has put there is renewed.
func Add(text string, missing bool, shims Shims) (string, error) {
	rest, gone, err := Remove(text)
	if err != nil {
		return "", err
	}
	d, err := parse(rest)
	if err != nil {
		return "", err
	}
	root, err := d.object(missing || gone)
	if err == nil {
		err = d.set(root, activate, hujson.Bool(false))
	}
	if err != nil {
		return "", err
	}
	err = errors.Join(
		d.setIn(root, toolsEnvVars, "PATH", func(old string) hujson.Literal {
			if old == "" {
				old = "${env:PATH}"
			}
			return hujson.String(shims.Path + old)
		}),
		d.setIn(root, alternateTools, "go", func(string) hujson.Literal { return hujson.String(shims.Go) }),
	)
	return d.String(), err
}

// object returns the object of all settings, and makes it where the text has none.
func (d *document) object(missing bool) (*hujson.Object, error) {
	empty := &hujson.Object{AfterExtra: hujson.Extra(d.eol)}
	switch root := d.root.Value.(type) {
	case nil:
		before := string(d.root.BeforeExtra) + d.eol + mark
		if missing {
			before = newFile
		}
		d.root = hujson.Value{BeforeExtra: hujson.Extra(before), Value: empty, AfterExtra: hujson.Extra(d.eol)}
		return empty, nil
	case *hujson.Object:
		if len(root.Members) == 0 && !strings.Contains(string(root.AfterExtra), "\n") {
			return empty, d.replace(&d.root, empty)
		}
		return root, nil
	}
	return nil, errors.New("not an object of settings")
}

// set gives a member of o a value.
func (d *document) set(o *hujson.Object, name string, value hujson.Literal) error {
	m := member(o, name)
	switch {
	case m == nil:
		d.insert(o, name, value)
	case m.Value.Value.Kind() != value.Kind() || m.Value.Value.Kind() == '{' || string(m.Value.Value.(hujson.Literal)) != string(value):
		return d.replace(&m.Value, value)
	}
	return nil
}

// setIn gives a member of a member of o a value, which may depend on the string that
// is there.
func (d *document) setIn(o *hujson.Object, outer, name string, value func(old string) hujson.Literal) error {
	m := member(o, outer)
	if m == nil {
		d.insert(o, outer, &hujson.Object{Members: []hujson.ObjectMember{newMember("", name, value(""))}})
		return nil
	}
	inner, ok := m.Value.Value.(*hujson.Object)
	if !ok {
		return d.replace(&m.Value, &hujson.Object{Members: []hujson.ObjectMember{newMember("", name, value(""))}})
	}
	old := ""
	if there := member(inner, name); there != nil && there.Value.Value.Kind() == '"' {
		old = there.Value.Value.(hujson.Literal).String()
	}
	return d.set(inner, name, value(old))
}

// member returns the member called name that counts: the last.
func member(o *hujson.Object, name string) *hujson.ObjectMember {
	for i := range slices.Backward(o.Members) {
		if o.Members[i].Name.Value.(hujson.Literal).String() == name {
			return &o.Members[i]
		}
	}
	return nil
}

func newMember(before, name string, value hujson.ValueTrimmed) hujson.ObjectMember {
	return hujson.ObjectMember{
		Name:  hujson.Value{BeforeExtra: hujson.Extra(before), Value: hujson.String(name)},
		Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: value},
	}
}

// blanks are what stands between a member and the line before it.
var blanks = regexp.MustCompile(`(\r?\n)?[ \t]*$`)

// insert puts a marked member first in o, where editors never append to it, and with
// the blanks that the first one has now.
func (d *document) insert(o *hujson.Object, name string, value hujson.ValueTrimmed) {
	lead := ""
	if len(o.Members) > 0 {
		lead = blanks.FindString(strings.TrimSuffix(string(o.Members[0].Name.BeforeExtra), mark))
	} else if strings.Contains(string(o.AfterExtra), "\n") {
		closing := blanks.FindString(string(o.AfterExtra))
		lead = d.eol + strings.TrimLeft(closing, "\r\n") + "    "
	}
	o.Members = slices.Insert(o.Members, 0, newMember(lead+mark, name, value))
}

// replace gives v another value, and keeps the old one in a comment.
func (d *document) replace(v *hujson.Value, value hujson.ValueTrimmed) error {
	old := hujson.Value{Value: v.Value}.String()
	if strings.Contains(old, "*/") {
		return errComment
	}
	v.BeforeExtra = append(slices.Clip(v.BeforeExtra), fmt.Sprintf(replaced, old)...)
	v.Value = value
	return nil
}

// Remove returns text without what [Add] has put there; gone, if it made the file and
// nothing else is in it.
func Remove(text string) (rest string, gone bool, err error) {
	if !marker.MatchString(text) {
		return text, false, nil
	}
	d, err := parse(text)
	if err != nil {
		return "", false, err
	}
	root, ok := d.root.Value.(*hujson.Object)
	if !ok {
		return text, false, nil
	}
	d.restore(root)
	before, kind, after, marked := cut(d.root.BeforeExtra)
	switch old, was := strings.CutPrefix(kind, " was: "); {
	case !marked:
		return d.String(), false, nil
	case len(root.Members) > 0: // which somebody has added
		before += after
	case was:
		d.root.Value = hujson.Literal(old)
	default:
		eol, rest := "\n", string(d.root.AfterExtra)
		if strings.HasPrefix(rest, "\r\n") {
			eol = "\r\n"
		}
		rest = strings.TrimSuffix(before, eol) + after + strings.TrimPrefix(rest, eol)
		return d.bom + rest, kind != "" && rest == "", nil
	}
	d.root.BeforeExtra = hujson.Extra(before)
	return d.String(), false, nil
}

// cut finds gosw's comment in what stands before a name or value.
func cut(extra hujson.Extra) (before, kind, after string, ok bool) {
	at := marker.FindSubmatchIndex(extra)
	if at == nil {
		return "", "", "", false
	}
	return string(extra[:at[0]]), string(extra[at[2]:at[3]]), string(extra[at[1]:]), true
}

// restore takes out of o, and of the objects in it, what is marked.
func (d *document) restore(o *hujson.Object) {
	for i := 0; i < len(o.Members); i++ {
		m := &o.Members[i]
		if before, kind, after, ok := cut(m.Value.BeforeExtra); ok {
			m.Value.BeforeExtra = hujson.Extra(before + after)
			m.Value.Value = hujson.Literal(strings.TrimPrefix(kind, " was: "))
		}
		inner, isObject := m.Value.Value.(*hujson.Object)
		if isObject {
			d.restore(inner)
		}
		before, _, after, ok := cut(m.Name.BeforeExtra)
		if !ok {
			continue
		}
		if isObject { // all in it is gosw's but what somebody has added
			inner.Members = slices.DeleteFunc(inner.Members, func(m hujson.ObjectMember) bool {
				name := m.Name.Value.(hujson.Literal).String()
				return name == "go" || name == "PATH"
			})
		}
		if isObject && len(inner.Members) > 0 {
			m.Name.BeforeExtra = hujson.Extra(before + after)
			continue
		}
		next := &o.AfterExtra
		if i+1 < len(o.Members) {
			next = &o.Members[i+1].Name.BeforeExtra
		}
		*next = hujson.Extra(blanks.ReplaceAllString(before, "") + after + string(*next))
		o.Members = slices.Delete(o.Members, i, i+1)
		i--
	}
}

// Overriding returns the settings in text that would set GOROOT, and so one version
// for all directories.
func Overriding(text string) (names []string) {
	d, err := parse(text)
	if err != nil {
		return nil
	}
	root, ok := d.root.Value.(*hujson.Object)
	if !ok {
		return nil
	}
	if m := member(root, goroot); m != nil && m.Value.Value.Kind() == '"' && len(m.Value.Value.(hujson.Literal)) > 2 {
		names = append(names, goroot)
	}
	if m := member(root, toolsEnvVars); m != nil {
		if inner, ok := m.Value.Value.(*hujson.Object); ok && member(inner, "GOROOT") != nil {
			names = append(names, toolsEnvVars+".GOROOT")
		}
	}
	return names
}
