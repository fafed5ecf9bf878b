package mirror

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/sumdb"
)

func get(address string) ([]byte, error) {
	answer, err := http.Get(address) //nolint:noctx // of the loopback server
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

// permutations returns every order of list.
func permutations(list []string) (all [][]string) {
	if len(list) == 0 {
		return [][]string{nil}
	}
	for i := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, tail := range permutations(rest) {
			all = append(all, append([]string{list[i]}, tail...))
		}
	}
	return all
}

// A mirror gets four versions in each order, and the database goes on between: each time within a tile,
// over its end, or over that of the tile above. Gosw's users, who have seen any of its states, can go on with
// the last one.
func TestOrders(t *testing.T) {
	t.Parallel()
	versions := []string{"1.21.0", "1.22.4", "1.26.11", "1.27.4"}
	steps := []int{1, 250, 300, 66_000}
	for n, order := range permutations(versions) {
		t.Run(strings.Join(order, " "), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, versions...)
			var users []string
			for i, v := range order {
				w.update(t, v)
				users = append(users, t.TempDir())
				for j, user := range users {
					if (n>>j)&1 == 0 || j == i { // some see all states from theirs on, others the first and the last
						if err := install(t, w.fetcher(t, w.url(), user), order[i-(n+j)%(i+1)]); err != nil {
							t.Fatalf("at the %dth, who has seen the %dth: %v", i, j, err)
						}
					}
				}
				if i < len(order)-1 {
					w.Grow(steps[(n+i)%len(steps)])
				}
			}
			w.isWhole(t)
			for j, user := range users {
				for _, v := range versions {
					if err := install(t, w.fetcher(t, w.url(), user), v); err != nil {
						t.Errorf("%s, who has seen the %dth: %v", v, j, err)
					}
				}
			}
			heads, err := w.Heads()
			if err != nil || len(heads) != len(order) || !slices.IsSortedFunc(heads, func(a, b sumdb.Head) int { return int(a.N - b.N) }) {
				t.Errorf("%d heads, %v", len(heads), err)
			}
		})
	}
}
