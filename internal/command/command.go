// Package command has what gosw tells its users to type, as values. They know
// no shell: internal/shell writes them for the one that they are typed in.
package command

// A Command is a line of steps, each of which is for when the one before it went
// well.
type Command []Step

// A Step is one thing that a shell does.
type Step struct {
	Kind Kind
	Name string   // of a variable
	Text string   // a variable's value, a directory, or a line of a file
	File string   // what the line is for
	Argv []string // a program and its arguments
}

// A Kind is what a [Step] does.
type Kind int

// The kinds of steps.
const (
	Program    Kind = iota // run Argv
	With                   // run Argv with the variable Name
	Variable               // set Name in the running shell, and for what it starts
	NoVariable             // take Name away
	First                  // put the directory Text first on PATH
	Last                   // put it last on PATH
	Replace                // make File of the line Text
	Append                 // add the line Text to File
)

// Run runs a program.
func Run(argv ...string) Command { return Command{{Argv: argv}} }

// Export sets a variable.
func Export(name, value string) Command { return Command{{Kind: Variable, Name: name, Text: value}} }

// Unset takes a variable away.
func Unset(name string) Command { return Command{{Kind: NoVariable, Name: name}} }

// Write makes file of a line.
func Write(line, file string) Command { return Command{{Kind: Replace, Text: line, File: file}} }

// Aside moves a file out of the way, and keeps it.
func Aside(file string) Command { return Run("mv", file, file+".old") }

// Then returns c and what follows it.
func (c Command) Then(next Command) Command { return append(c[:len(c):len(c)], next...) }
