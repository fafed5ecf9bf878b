//go:build unix

package main

import "slices"

// paired returns the medians of the ratios and of the differences of the
// rounds: what a round shares, such as a busy neighbour, falls out.
func paired(a, b []float64) (ratio, difference float64) {
	var ratios, differences []float64
	for i := range a {
		ratios = append(ratios, a[i]/b[i])
		differences = append(differences, a[i]-b[i])
	}
	return median(ratios), median(differences)
}

// median returns the middle of values, the upper one of two. There has to be
// one.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
