package fsx

import "bytes"

// Capped is a writer that keeps the first Limit bytes and drops the rest. It does
// not embed its buffer: io.Copy would find ReadFrom there, which knows no limit.
type Capped struct {
	Limit int
	kept  bytes.Buffer
	over  bool
}

// Write takes all of p, whatever it keeps of it.
func (c *Capped) Write(p []byte) (int, error) {
	room := c.Limit - c.kept.Len()
	c.over = c.over || len(p) > room
	c.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}

// Bytes returns what was kept.
func (c *Capped) Bytes() []byte { return c.kept.Bytes() }

// String returns what was kept.
func (c *Capped) String() string { return c.kept.String() }

// Over reports whether something was dropped.
func (c *Capped) Over() bool { return c.over }
