# gosw's tasks; "make help" lists them.

GO       ?= go
PREFIX   ?= $(HOME)/.local
FUZZTIME ?= 30s
TOOL      = $(GO) tool -modfile=tools/go.mod
BUILD     = CGO_ENABLED=0 $(GO) build -trimpath -ldflags=-s
# One for each operating system: what differs by processor, Go hides.
OTHERS    = darwin/arm64 windows/amd64
SOURCE    = linux_mips linux_mipsle linux_mips64 linux_mips64le openbsd_amd64 netbsd_amd64
# Tests that take long with the race detector, of what one goroutine does.
SERIAL    = Fuzz|Hostile$$|Endless|LargeBuffers|Flip|CutAnywhere|Compare(Names|Fifty)|DistIndex|Documents
SNIPPETS  = $(wildcard internal/shell/snippets/*.bash internal/shell/snippets/*.sh)
SCRIPTS   = .ci/run devcontainer/gosw/install.sh action/setup.sh tools/release/install.sh $(wildcard scripts/*) $(wildcard test/*/*.bash)

.DEFAULT_GOAL := build

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 12

build: ## build gosw and gosw-shim into bin/
	$(BUILD) -o bin/ ./cmd/...

man: ## write manual pages and completion files into bin/share
	@rm -rf bin/share
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null)} CGO_ENABLED=0 $(GO) run -C tools/share -trimpath . '$(CURDIR)/bin/share' $(VERSION)

install: build man ## put gosw and gosw-shim into PREFIX/bin (~/.local/bin), pages and completion into PREFIX/share
	@mkdir -p '$(PREFIX)/bin' '$(PREFIX)/share'
	install bin/gosw bin/gosw-shim '$(PREFIX)/bin/'
	cp -R bin/share/. '$(PREFIX)/share/'

setup: ## install the tools that check needs, where they are missing
	@scripts/setup

test: ## run the hermetic tests
	$(GO) test -count=1 ./...

faults: ## cut each change of the store short at each step, print the matrix; a minute of stress
	@mkdir -p bin
	GOSW_STRESS=60s GOSW_MATRIX=$(CURDIR)/bin/matrix.md $(GO) test -count=1 -timeout 60m -run 'Fault|SmallDisk|Order|Owner|Stress' ./cmd/gosw
	@cat bin/matrix.md bin/matrix-reads.md

race: ## run the tests of what is concurrent with the race detector
	CGO_ENABLED=1 $(GO) test -race -short -skip '$(SERIAL)' ./internal/cli/... ./internal/setup ./internal/fetch ./internal/web ./internal/sumdb ./internal/release ./internal/archive ./internal/store ./internal/doctor

cover: ## run the hermetic tests, print the coverage of internal/, fail where it is too low
	@scripts/coverage

lint: man ## check the code's form
	$(TOOL) golangci-lint run ./...
	$(GO) vet -C tools/share .
	$(GO) test -C tools/share -count=1 .
	$(GO) vet -C tools/release -tags=dist .
	$(GO) test -C tools/release -count=1 .
	mandoc -Tlint -Wwarning bin/share/man/man1/*
	shellcheck $(SNIPPETS) $(SCRIPTS)
	$(GO) tool -modfile=tools/actions/go.mod actionlint
	$(TOOL) shfmt -d $(SNIPPETS) $(SCRIPTS)
	@for f in $(wildcard internal/shell/snippets/*.zsh test/*/*.zsh) internal/shell/snippets/extras.bash; do zsh -n $$f || exit; done
	@for f in $(wildcard internal/shell/snippets/*.fish test/*/*.fish); do fish --no-execute $$f && fish_indent --check $$f || exit; done

fmt: ## put the code into form
	$(TOOL) golangci-lint fmt ./...
	$(TOOL) shfmt -w $(SNIPPETS) $(SCRIPTS)

cross: ## vet for every other platform; lint does this one
	@for p in $(OTHERS); do echo "vet $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $(GO) vet ./... || exit; done

cross-all: ## build for the platforms of a release, and for those that only build from source; half an hour
	@for p in $$(sed -n 's/^      - \([a-z]*_[a-z0-9_]*\)$$/\1/p' .goreleaser.yaml) $(SOURCE); do \
		set -- $$(echo $$p | tr _ ' '); echo "build $$*"; \
		CGO_ENABLED=0 GOOS=$$1 GOARCH=$$2 GOARM=$$3 $(GO) build -o /dev/null ./cmd/... || exit; done

tidy: ## check that go.mod is tidy
	$(GO) mod tidy -diff
	$(GO) -C tools/share mod tidy -diff
	$(GO) -C tools/release mod tidy -diff

check: setup tidy lint cross cover race ## everything that needs no toolchain from the network

e2e: ## install real toolchains from the module proxy and use them
	$(GO) test -tags=e2e -count=1 -v -timeout=30m ./test/e2e

fleet: ## make mirrors of real toolchains, try them with real go commands and web servers, and no network; needs root, 1 GB
	scripts/fleet

serve: ## have 200 processes install from one gosw serve at once; show its memory and bytes
	GOSW_SERVE_CLIENTS=200 $(GO) test -count=1 -v -timeout=60m -run '^TestServeMany$$' ./cmd/gosw

bench: build ## compare shim and function with their floor, and one installation with others'; time each command that reads
	$(GO) run ./test/bench switch
	$(GO) run ./test/bench commands
	$(GO) run ./test/bench install -rounds 3 -scenario full -link unlimited -place tmpfs

bench-install: build ## compare all kinds of installation with others'; takes about an hour, and 40 GB of disk
	$(GO) run ./test/bench install $(BENCHFLAGS)

bench-warm: build ## time the first build of a program without and after "gosw install --warm"; minutes, real toolchains
	$(GO) run ./test/bench warm $(BENCHFLAGS)

fuzz: ## run each fuzz target for FUZZTIME
	@scripts/fuzz $(FUZZTIME)

newest: ## run the tests of shells and direnv with Debian unstable's; needs root and debootstrap, a minute and 1 GB once
	@scripts/shells sid

oldest: ## the same with those of Debian 11
	@scripts/shells bullseye

wine: ## run the tests as Windows programs, under the Wine of Debian 13; needs root and debootstrap, 1.5 GB once
	@scripts/wine

machines: ## run the tests of internal on arm64, s390x and 386, and the main job on arm64, by qemu-user-static; half an hour
	@scripts/machines

dist: ## make the files of release VERSION in bin/dist, signed by the keys in GOSW_RELEASE_KEYS
	scripts/dist $(VERSION)

dist-check: ## make a release twice, in other directories, homes and users, and compare; half an hour
	scripts/dist-check $(TARGETS)

release-check: ## take two releases through install.sh, self update, rollback, verify and uninstall; some minutes
	scripts/release-check

action-check: ## run action.yml with act and the snippets of docs/ci.md, and time them; needs root, 300 MB once
	scripts/action-check

packages-check: ## install, upgrade and remove the packages in roots of other systems; needs root, 1 GB once
	scripts/packages-check

images-check: ## build and run what docs/containers.md has; needs root, some minutes, 1 GB once
	scripts/images-check

editors-check: ## have Neovim and Emacs ask gopls in modules of different pins; a minute
	scripts/editors-check

release-key: ## make the keys that sign releases: NAME, in the directory KEYS
	$(GO) run -C tools/release . key '$(NAME)' '$(abspath $(KEYS))'

known: ## renew the table of releases from INDEX, a file with go.dev/dl/?mode=json&include=all
	$(GO) test -count=1 -run '^TestKnown$$' ./internal/release -known='$(abspath $(INDEX))'

pictures: build ## draw docs/pictures from runs of gosw with real releases; needs tmux
	@mkdir -p docs/pictures
	$(GO) run ./test/pictures bin docs/pictures

screens: ## renew cmd/gosw/testdata/screens from what gosw shows on a terminal now
	$(GO) test -count=1 -run '^TestScreens$$' ./cmd/gosw -update

clean: ## remove what was built
	rm -rf bin

.PHONY: help build man install setup test faults race cover lint fmt cross cross-all tidy check e2e fleet serve bench bench-install bench-warm fuzz newest oldest wine machines known pictures screens dist dist-check release-check packages-check images-check editors-check action-check release-key clean
