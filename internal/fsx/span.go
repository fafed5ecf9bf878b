package fsx

// A Span is the bytes of a file from first to before end.
type Span struct{ First, End int64 }

// Holds reports whether other lies within s.
func (s Span) Holds(other Span) bool { return s.First <= other.First && other.End <= s.End }
