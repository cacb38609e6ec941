# `make help` lists what there is. Everything needs Go; `make test` sees to PostgreSQL's programs and Chromium itself.

GO       ?= go
FUZZTIME ?= 5s
BENCH    ?= .
ARGS     ?=

export GO

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## the main job, to watch: a simulated Bsale fills a board (ARGS="--for 20s" ends by itself)
	bin/puente demo $(ARGS)

.PHONY: build
build: ## bin/puente, one static file
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/puente ./cmd/puente

.PHONY: test
test: prepare lint ## all tests, on SQLite and PostgreSQL and in Chromium; installs these if it may
	$(GO) test -shuffle=on ./...

.PHONY: check
check: lint ## the quick round: lint and tests without PostgreSQL and Chromium
	$(GO) test -short -shuffle=on ./...

.PHONY: screenshots
screenshots: prepare ## the pictures of the user guide and the README, taken by the browser tests
	PUENTE_SCREENSHOTS=$(CURDIR)/docs/guia/imagenes $(GO) test -count 1 -run '^TestGuide$$' ./e2e/browser

.PHONY: race
race: prepare ## all tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -shuffle=on ./...

.PHONY: lint
lint: ## formatting, go vet, staticcheck
	scripts/lint

.PHONY: format
format: ## put all Go files into form
	$(GO) tool gofumpt -w .

.PHONY: bench
bench: ## benchmarks with their floors (BENCH=name runs some)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: fuzz
fuzz: ## every fuzz target for a while (FUZZTIME=5s each)
	scripts/fuzz $(FUZZTIME)

.PHONY: prepare
prepare:
	@scripts/prepare-test

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
