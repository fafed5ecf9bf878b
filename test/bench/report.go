//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine says what the numbers were measured on.
func machine(rounds int) string {
	version := "go?"
	if out, err := exec.Command("go", "env", "GOVERSION").Output(); err == nil {
		version = strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%s, %s/%s, %d CPUs; medians of %d rounds.", version, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
}

func marshal(results []result) ([]byte, error) {
	content, err := json.MarshalIndent(results, "", "\t")
	return append(content, '\n'), err
}

// of returns what get says of each run.
func (r result) of(get func(sample) float64) []float64 {
	var values []float64
	for _, s := range r.Runs {
		values = append(values, get(s))
	}
	return values
}

func (r result) median(get func(sample) float64) float64 { return median(r.of(get)) }

func wall(s sample) float64      { return s.Wall.Seconds() }
func cpu(s sample) float64       { return s.CPU.Seconds() }
func serverCPU(s sample) float64 { return s.ServerCPU.Seconds() }
func peakOf(s sample) float64    { return float64(s.Peak) / (1 << 20) }
func fetched(s sample) float64   { return float64(s.Fetched) / 1e6 }
func requests(s sample) float64  { return float64(s.Requests) }
func disk(s sample) float64      { return float64(s.Disk) / 1e6 }

// overBandwidth is how long the bytes that r fetched take on its link at least.
func (r result) overBandwidth() time.Duration {
	return time.Duration(r.median(fetched) * 1e6 / r.Rate * float64(time.Second))
}

// table is the results of s in Markdown.
func table(s scenario, results []result) string {
	var b strings.Builder
	b.WriteString("| link, place | | s | of gosw | of the floor | CPU s | server's | peak MiB | fetched MB | requests | new on disk MB |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		peers := make(map[string]result)
		for _, other := range results {
			if other.Link == r.Link && other.Place == r.Place {
				peers[other.Tool] = other
			}
		}
		full, hasFull := peers[s.full]
		if r.Tool == s.tools[0].name && r.Rate > 0 {
			fmt.Fprintf(&b, "| %s, %s | its bytes over the bandwidth | %.2f | | | | | | %.1f | | |\n",
				r.Link, r.Place, r.overBandwidth().Seconds(), r.median(fetched))
		}
		share := func(get func(sample) float64) string {
			if !hasFull || full.median(get) == 0 {
				return fmt.Sprintf("%.1f", r.median(get))
			}
			return fmt.Sprintf("%.1f (%.1f %%)", r.median(get), 100*r.median(get)/full.median(get))
		}
		fmt.Fprintf(&b, "| %s, %s | %s | %.2f | %s | %s | %.2f | %.2f | %.0f | %s | %.0f | %s |\n",
			r.Link, r.Place, r.Tool, r.median(wall), ratio(r, peers[s.tools[0].name]), r.ofFloor(peers[nameFloor]),
			r.median(cpu), r.median(serverCPU), r.median(peakOf), share(fetched), r.median(requests), share(disk))
	}
	return b.String()
}

// ratio is that of the times, round by round.
func ratio(r, base result) string {
	if len(base.Runs) != len(r.Runs) {
		return ""
	}
	of, _ := paired(r.of(wall), base.of(wall))
	return fmt.Sprintf("%.2fx", of)
}

// ofFloor compares with the least that is possible: on a link with a limit with
// the time that the tool's own bytes take there, else with the floor.
func (r result) ofFloor(floor result) string {
	if r.Rate > 0 {
		return fmt.Sprintf("%.2fx", r.median(wall)/r.overBandwidth().Seconds())
	}
	return ratio(r, floor)
}
