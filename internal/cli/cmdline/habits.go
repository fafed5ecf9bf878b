package cmdline

import (
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/spelling"
)

// A habit is a command of another version manager.
type habit struct {
	verbs string // by which it is known, with blanks between
	means string // what does it here; ARGS stands for what follows, VERSION for what has to
	why   string // said before it, or alone
}

// habits are those of goenv, gvm, g, asdf, mise, nvm, pyenv, rustup and apt.
var habits = []habit{
	{verbs: "add download dl get fetch i in", means: "gosw install ARGS"},
	{verbs: "delete del un", means: "gosw uninstall VERSION"},
	{verbs: "update up", means: "gosw upgrade ARGS"},
	{verbs: "self-update selfupdate update-self", means: "gosw self update"},
	{verbs: "ls-remote list-remote listall list-all ls-all remote available search releases", means: "gosw list --remote ARGS"},
	{verbs: "installed ll", means: "gosw list ARGS"},
	{verbs: "set set-default alias", means: "gosw default ARGS"},
	{verbs: "set-local", means: "gosw pin VERSION"},
	{verbs: "shell switch activate", means: "gosw use VERSION"},
	{verbs: "deactivate unuse unset", means: "gosw use --unset"},
	{verbs: "run x", means: "gosw exec VERSION"},
	{verbs: "go", means: "gosw exec -- go ARGS"},
	{verbs: "where whence prefix bin", means: "gosw which"},
	{verbs: "root dir", means: "gosw env GOSW_ROOT"},
	{verbs: "show info status", means: "gosw current"},
	{verbs: "explain debug", means: "gosw why"},
	{verbs: "rehash reshim", why: `gosw needs no such step: programs built by "go install" stay where Go puts them`},
	{verbs: "check due", means: "gosw outdated"},
	{verbs: "clean cleanup gc cache", means: "gosw prune"},
	{verbs: "config settings", means: "gosw env ARGS"},
	{verbs: "setup hook completion completions shellenv", means: "gosw init ARGS"},
	{verbs: "link register", means: "gosw import ARGS"},
	{verbs: "vuln vulns vulncheck", means: "gosw audit ARGS"},
	{verbs: "du", means: "gosw size"},
	{verbs: "fix heal", means: "gosw repair ARGS"},
	{verbs: "toolchain plugin", means: "gosw ARGS"}, // rustup toolchain install …
}

// habitHint returns the command for what was typed, if it is a known habit.
func habitHint(args []string) (command.Hint, bool) {
	for _, h := range habits {
		switch {
		case !slices.Contains(strings.Fields(h.verbs), args[0]):
		case h.means == "":
			return command.Hintf(h.why), true
		default:
			return command.Hintf(h.why+"did you mean %v?", h.fill(args[1:])), true
		}
	}
	return command.Hint{}, false
}

// fill returns the command with what was typed after the verb.
func (h habit) fill(typed []string) command.Command {
	args := corrected(typed)
	switch {
	case h.means == "gosw exec VERSION" && len(args) > 0:
		args = execArgs(args)
	case h.means == "gosw default ARGS": // nvm alias default 1.22
		args = slices.DeleteFunc(args, func(w string) bool { return w == "default" })
	}
	return filled(h.means, args)
}

// execArgs are the arguments of "gosw exec" for those of another manager's run: a
// version or none, and a program, a file or what is for go.
func execArgs(args []string) []string {
	at := 0
	if spelling.IsVersion(args[0]) {
		at = 1
	}
	program := slices.Clone(args[at:])
	if len(program) > 0 && program[0] == "--" {
		program = program[1:]
	}
	switch {
	case len(program) == 0:
		program = []string{"go", "version"}
	case strings.HasSuffix(program[0], ".go") || program[0] == ".":
		program = append([]string{"go", "run"}, program...)
	case slices.Contains(goCommands, program[0]): // g run 1.22 build
		program = append([]string{"go"}, program...)
	}
	return slices.Concat(args[:at], []string{"--"}, program)
}

// goCommands are those of go that are started by name most.
var goCommands = []string{"build", "test", "run", "version", "env", "mod", "vet", "generate", "get", "install", "list", "tool", "work"}

// filled is the command that means stands for: programs with && between them.
func filled(means string, args []string) (all command.Command) {
	for part := range strings.SplitSeq(means, " && ") {
		var argv []string
		for word := range strings.FieldsSeq(part) {
			if word == "ARGS" || word == "VERSION" && len(args) > 0 {
				argv = append(argv, args...)
			} else {
				argv = append(argv, word)
			}
		}
		all = all.Then(command.Run(argv...))
	}
	return all
}

// flagHabits are flags of other version managers, by the command that they are
// given to.
var flagHabits = []struct {
	command, flags, means string
}{
	{"use", "global default g", "gosw default VERSION"},
	{"use", "local save path project", "gosw pin VERSION"},
	{"install", "global default set-default use g", "gosw install VERSION && gosw default VERSION"},
	{"install", "local save pin", "gosw install VERSION && gosw pin VERSION"},
	{"install", "force reinstall f", "gosw repair VERSION"},
	{"install", "list list-remote list-all l", "gosw list --remote"},
	{"install", "os arch goos goarch", "gosw install --platform linux/arm64 VERSION"},
	{"uninstall", "force yes f y", "gosw uninstall VERSION"},
	{"list", "remotes available r", "gosw list --remote"},
	{"gosw", "V", "gosw --version"},
}

// flagHint returns the command for a flag that a command does not have, whose
// other arguments are args, if there is any telling.
func flagHint(name, flag string, args, known []string) (command.Hint, bool) {
	for _, h := range flagHabits {
		if h.command == name && slices.Contains(strings.Fields(h.flags), flag) {
			return command.Hintf("did you mean %v?", filled(h.means, corrected(args))), true
		}
	}
	if near := spelling.Nearest(flag, known); near != "" {
		return command.Hintf("did you mean --%s?", near), true
	}
	return command.Hint{}, false
}
