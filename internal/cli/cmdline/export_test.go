package cmdline

// A KnownHabit is a habit for tests: the commands that it names are above this
// package.
type KnownHabit struct{ Verbs, Command, Flags string }

var HabitHint = habitHint

func Habits() (all []KnownHabit) {
	for _, h := range habits {
		all = append(all, KnownHabit{Verbs: h.verbs})
	}
	return all
}

func FlagHabits() (all []KnownHabit) {
	for _, h := range flagHabits {
		all = append(all, KnownHabit{Command: h.command, Flags: h.flags})
	}
	return all
}
