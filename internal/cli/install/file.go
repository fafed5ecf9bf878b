package install

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/tree"
)

// splitFiles tells the arguments of install that are files from the versions:
// no version ends like an archive.
func splitFiles(args []string) (files, names []string) {
	for _, arg := range args {
		if strings.HasSuffix(arg, ".tar.gz") || strings.HasSuffix(arg, ".tgz") || strings.HasSuffix(arg, ".zip") {
			files = append(files, arg)
		} else {
			names = append(names, arg)
		}
	}
	return files, names
}

func checkFileArgs(files, names []string, sum string) error {
	for _, file := range files {
		if strings.Contains(file, "://") {
			return failure.Usage(
				fmt.Errorf("install needs a version or a file, not the URL %q", file),
				command.Hintf(`gosw finds the download itself: "gosw install 1.22.5"`),
			)
		}
	}
	switch decoded, err := hex.DecodeString(sum); {
	case sum == "":
		return nil
	case len(files) != 1 || len(names) > 0:
		return failure.Usage(errors.New("--sha256 applies to one file"), command.Hintf(`install each file by itself: "gosw install --sha256 SUM FILE"`))
	case err != nil || len(decoded) != 32:
		return failure.Usage(fmt.Errorf("--sha256 %q is not 64 hexadecimal digits", sum), command.Hintf(`copy the hash from a source you trust; "sha256sum FILE" shows what the file has`))
	}
	return nil
}

// addFile installs the archive in a file.
func (in *installer) addFile(ctx context.Context, file, sum string) error {
	local, err := fetch.OpenLocal(file)
	if err != nil {
		return err
	}
	defer local.Close()
	if local.Platform != in.app.Platform {
		return failure.WithHint(
			fmt.Errorf("install %s: built for %v, not for %v", term.Clean(file), local.Platform, in.app.Platform),
			command.Hintf("install it for that platform: %v", command.Gosw("install", "--platform", local.Platform.String(), noFlag(file))),
		)
	}
	in.files = append(in.files, local.Version)
	home, err := in.path.Of(local.Version)
	if err != nil {
		return err
	}
	there, err := home.Has(local.Version)
	if err == nil && there && sum != "" { // nothing to unpack, but something was asked
		err = local.Compare(sum)
	}
	if there && err == nil {
		in.app.UI.Remark("%v is already installed", local.Version)
	}
	if err != nil || home != in.store.Home() {
		return err
	}
	if err := in.app.Claim(in.store.Home()); err != nil {
		return err
	}
	client, err := in.client()
	if err != nil {
		return err
	}
	start := in.app.Now()
	added, err := in.store.Add(ctx, local.Version, func(ctx context.Context, root *os.Root, _ func() tree.Reuse) (*tree.Proof, error) {
		return client.FetchLocal(ctx, local, sum, root)
	})
	if unproven := (*fetch.UnprovenError)(nil); errors.As(err, &unproven) {
		return failure.WithHint(err, unprovenHint(in.app, unproven))
	}
	if err == nil && added != nil {
		in.added++
		in.app.UI.Note("installed %v from %s (%.1fs, %s)", local.Version, term.Clean(file), in.app.Since(start).Seconds(), proofWords(added))
	}
	return err
}

// unprovenHint says how a file on this machine can be proven after all.
func unprovenHint(a *app.App, e *fetch.UnprovenError) command.Hint {
	args := []string{"install", "--sha256", e.SHA256}
	if a.Foreign() {
		args = append(args, "--platform", a.Platform.String())
	}
	return command.Hintf("connect to the network so gosw can verify it, or give its SHA-256 from a source you trust: %v",
		command.Gosw(append(args, noFlag(e.Path))...))
}

// noFlag is a name of file that can't be taken for a flag.
func noFlag(file string) string {
	if strings.HasPrefix(file, "-") {
		return "./" + file
	}
	return file
}
