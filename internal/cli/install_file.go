package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/store"
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
			return usage(
				fmt.Errorf("install takes a version or a file, not the address %q", file),
				hintf(`gosw knows where releases are: "gosw install 1.22.5"`),
			)
		}
	}
	switch decoded, err := hex.DecodeString(sum); {
	case sum == "":
		return nil
	case len(files) != 1 || len(names) > 0:
		return usage(errors.New("--sha256 is for one file"), hintf(`install others by themselves: "gosw install --sha256 SUM FILE"`))
	case err != nil || len(decoded) != 32:
		return usage(fmt.Errorf("--sha256 %q is not 64 hexadecimal digits", sum), hintf(`"sha256sum FILE" shows what a file has; the one to compare with is at the source that you trust`))
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
	if local.Platform != in.app.platform {
		return withHint(
			fmt.Errorf("install %s: it is for %v, not for %v", clean(file), local.Platform, in.app.platform),
			hintf("keep it beside those of this platform: %v", gosw("install", "--platform", local.Platform.String(), noFlag(file))),
		)
	}
	home, err := in.path.Of(local.Version)
	if err != nil {
		return err
	}
	there, err := home.Has(local.Version)
	if err == nil && there && sum != "" { // nothing to unpack, but something was asked
		err = local.Compare(sum)
	}
	if err != nil || home != in.store.Home() {
		return err
	}
	if err := in.open(); err != nil {
		return err
	}
	start := in.app.now()
	var proof *fetch.Proof
	added, err := in.store.Add(ctx, local.Version, func(ctx context.Context, root *os.Root) (*store.Receipt, error) {
		if proof, err = in.client.FetchLocal(ctx, local, sum, root); err != nil {
			return nil, err
		}
		return in.app.newReceipt(proof)
	})
	if unproven := (*fetch.UnprovenError)(nil); errors.As(err, &unproven) {
		return withHint(err, in.app.unprovenHint(unproven))
	}
	if err == nil && added {
		in.added++
		in.app.ui.note("installed %v from %s (%.1fs, %s)", local.Version, clean(file), in.app.since(start).Seconds(), proofWords(proof))
	}
	return err
}

// unprovenHint says how a file on this machine can be proven after all.
func (a *app) unprovenHint(e *fetch.UnprovenError) Hint {
	args := []string{"install", "--sha256", e.SHA256}
	if a.foreign() {
		args = append(args, "--platform", a.platform.String())
	}
	return hintf("where there is a network gosw proves it by the checksum database; or compare its SHA-256 with a source that you trust: %v",
		gosw(append(args, noFlag(e.Path))...))
}

// noFlag is a name of file that can't be taken for a flag.
func noFlag(file string) string {
	if strings.HasPrefix(file, "-") {
		return "./" + file
	}
	return file
}
