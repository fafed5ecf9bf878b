package gover

import "slices"

// NewestOfLines returns the newest release of each line, and of one that has
// none yet the newest candidate.
func NewestOfLines(versions []Version) map[string]Version {
	newest := make(map[string]Version)
	for _, v := range versions {
		// A release is newer than the candidates of its line.
		if other, ok := newest[v.Line()]; !ok || Compare(v, other) > 0 {
			newest[v.Line()] = v
		}
	}
	return newest
}

// Lines returns the lines of versions.
func Lines(versions []Version) []string {
	var all []string
	for _, v := range versions {
		if !slices.Contains(all, v.Line()) {
			all = append(all, v.Line())
		}
	}
	return all
}

// NewestFirst sorts versions.
func NewestFirst(versions []Version) {
	slices.SortFunc(versions, func(a, b Version) int { return Compare(b, a) })
}
