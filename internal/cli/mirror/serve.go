package mirror

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/serve"
)

// serveAddress is where "gosw serve" listens unless it is told.
const serveAddress = "127.0.0.1:8321"

type serveOptions struct {
	dir       string // "" for the store
	upstream  bool
	cert, key string // files
}

// Serve is "gosw serve".
func Serve(a *app.App) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve [ADDR]",
		Short: "Serve Go versions to other computers",
		Long: `Serve is a module proxy for Go toolchains while it runs: for gosw, and for plain
go, which need not trust it. It serves what is installed, which it packs when
it is first asked for, or with --dir what "gosw mirror" wrote. With --upstream it
adds to DIR what clients ask for, once it is verified.

ADDR is ` + serveAddress + ` by default, which only this computer reaches; :8321 is
every address. A port alone stays on this computer. The page at / says how to
use it; /metrics is for Prometheus. There is no login. Each request is a line on
stderr. Ctrl-C lets running downloads end, a second one does not.`,
		Example: `  gosw serve
  gosw serve --dir /srv/go --upstream :8321`,
		Args: cmdline.AtMostOne("address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case cmd.Flags().Changed("dir") && o.dir == "": // as an empty variable of a script is
				return failure.Usage(errors.New("--dir needs a directory"), cmdline.HelpHint(cmd))
			case o.upstream && o.dir == "":
				return failure.Usage(errors.New("--upstream needs --dir, where it keeps what it gets"), command.Hintf(`name a directory: "gosw serve --dir DIR --upstream"`))
			case (o.cert == "") != (o.key == ""):
				return failure.Usage(errors.New("--cert and --key need each other"), cmdline.HelpHint(cmd))
			}
			return serveAt(cmd.Context(), a, addressOf(args), o)
		},
	}
	cmd.Flags().StringVar(&o.dir, "dir", "", `serve this directory of "gosw mirror", not what is installed`)
	cmdline.Name(cmd, "dir", "DIR")
	_ = cmd.MarkFlagDirname("dir") // fails only where there is no such flag
	cmd.Flags().BoolVar(&o.upstream, "upstream", false, "get what DIR lacks from GOPROXY, and keep it there")
	for name, flag := range map[string]*string{"cert": &o.cert, "key": &o.key} {
		cmd.Flags().StringVar(flag, name, "", map[string]string{"cert": "serve https with this certificate", "key": "its private key"}[name])
		cmdline.Name(cmd, name, "FILE")
		_ = cmd.MarkFlagFilename(name)
	}
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

// addressOf is where to listen. A port alone is one of this computer's own.
func addressOf(args []string) string {
	if len(args) == 0 {
		return serveAddress
	}
	if strings.Trim(args[0], "0123456789") == "" {
		return net.JoinHostPort("127.0.0.1", args[0])
	}
	return args[0]
}

func serveAt(ctx context.Context, a *app.App, address string, o serveOptions) error {
	if o.cert != "" { // before somebody is told an address
		if _, err := tls.LoadX509KeyPair(o.cert, o.key); err != nil {
			return failure.WithHint(fmt.Errorf("--cert and --key: %w", err), command.Hintf("name PEM files: a certificate, and the key that belongs to it"))
		}
	}
	s, err := openServed(ctx, a, o)
	if err != nil {
		return err
	}
	defer s.close()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return failure.WithHint(fmt.Errorf("serve: %w", err), command.Hintf("choose an address of this computer with a free port: %v", command.Gosw("serve", "127.0.0.1:0")))
	}
	defer func() { _ = l.Close() }() // it was, if it was used
	port := l.Addr().(*net.TCPAddr)
	config := s.config()
	config.Address = nameOf(port)
	server, err := serve.New(config)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }() // it was only read
	scheme := "http://"
	if o.cert != "" {
		scheme = "https://"
	}
	a.UI.Note("serving %s", term.Clean(s.what()))
	said := make(chan struct{})
	stopped := context.AfterFunc(ctx, func() {
		a.UI.Note("stopping when running downloads have ended; interrupt again to stop at once")
		close(said)
	})
	err = a.UI.Print("%s%s/", scheme, config.Address)
	if err == nil {
		err = server.Run(ctx, l, o.cert, o.key)
	}
	if !stopped() {
		<-said
	}
	return err
}

// nameOf is the address in a URL for a client on this computer.
func nameOf(addr *net.TCPAddr) string {
	if addr.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", addr.Port)
	}
	return addr.String()
}

// cacheOf is the directory for zips that are packed from the store.
func cacheOf(a *app.App) (string, error) {
	cache, err := a.CacheDir()
	return filepath.Join(cache, "serve"), err
}
