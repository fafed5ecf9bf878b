package store

// Steps are the points between which a change of the store can be cut short.
// Each change calls step with a name such as "install/rename" right before it
// does what the name says. In the product that is nothing; the fault tests hand
// in Options.Step, which stops the process or fails there.

// step is the checkpoint named name. An error takes the place of what follows.
func (s *Store) step(name string) error {
	if s.hook == nil {
		return nil
	}
	return s.hook(name)
}
