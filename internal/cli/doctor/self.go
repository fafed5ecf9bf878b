package doctor

import (
	"context"
	"errors"

	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/selfupdate"
)

// lookSelf asks once whether there is a newer gosw, which gosw never does by itself.
func (p *patient) lookSelf(ctx context.Context, _ *fetch.Client) (doctor.Findings, error) {
	self, err := upkeep.Self(p.App)
	if err != nil {
		return nil, err
	}
	if self.Version == "" {
		return doctor.Skip("this gosw is a development build"), nil
	}
	client, err := upkeep.Releases(p.App)
	if err != nil {
		return nil, err
	}
	switch n, err := client.Note(ctx, ""); {
	case errors.Is(err, selfupdate.ErrNoKey):
		return doctor.Skip(err.Error()), nil
	case err != nil:
		return p.found(err).As(doctor.Warning), nil
	case self.Newer(n.Version):
		return doctor.Found(command.Gosw("self", "update"), "gosw %s is available; this is %s", n.Version, self.Version).As(doctor.Note), nil
	}
	return nil, nil
}
