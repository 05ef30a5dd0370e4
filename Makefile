# The commands of this project; `make help` lists them.

SHELL := /bin/bash
SWIFT ?= swift
SOURCES := Package.swift Sources Simulators Benchmarks Tests

# A module may import only what Package.swift says; warnings are errors there (Swift) and here (C).
STRICT := --explicit-target-dependency-import-check error -Xcc -Wall -Xcc -Wextra -Xcc -Werror
# Small functions are called from module to module for every value that is decoded.
RELEASE := --configuration release --static-swift-stdlib $(STRICT) -Xswiftc -cross-module-optimization

.PHONY: help run build test check lint bench fmt clean soak fuzz libfuzzer tsan deb docs
.DEFAULT_GOAL := help

## run: builds, then inspects parts of a simulated shop until Ctrl-C; PARTS=5 stops by itself
run:
	@Scripts/bootstrap --build
	@for product in plumbline plumbline-sim plumbline-usb-mock; do \
		$(SWIFT) build $(RELEASE) --product $$product || exit; done
	@PARTS="$(PARTS)" BIN="$$($(SWIFT) build $(RELEASE) --show-bin-path)" Scripts/run

## build: builds everything for debugging
build:
	@Scripts/bootstrap --build
	$(SWIFT) build $(STRICT)

## test: runs every test, real parts included
test:
	@Scripts/bootstrap
	$(SWIFT) build $(STRICT) --build-tests
	@SWIFT="$(SWIFT)" Scripts/tests $(STRICT)

## check: format, warnings, imports and tests: what CI runs and a person runs before a commit
check:
	@Scripts/bootstrap
	@$(MAKE) --no-print-directory lint
	$(SWIFT) build $(STRICT) --build-tests
	@SWIFT="$(SWIFT)" Scripts/tests $(STRICT)

## lint: judges the layout of the sources, and finds what a merge has left behind
lint:
	@for script in Scripts/* .ci/run; do bash -n $$script || exit 1; done
	@! git grep -n -E '^(<<<<<<<|>>>>>>>) ' || exit 1
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

## bench: measures a release build, one JSON object a line; BENCH=prefix for a part
bench:
	@Scripts/bootstrap
	@$(SWIFT) build $(RELEASE) >&2
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/plumbline-bench" $(BENCH)

## fmt: lays the sources out as lint wants them
fmt:
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

## tsan: runs the tests under the thread sanitizer
tsan:
	@Scripts/bootstrap
	$(SWIFT) test $(STRICT) --sanitize=thread --scratch-path .build/tsan --skip TidyTests

## fuzz: feeds 10⁷ damaged frames to every decoder; FRAMES=n for more or fewer, SEED=n to repeat
fuzz:
	@Scripts/bootstrap --build
	@$(SWIFT) build $(RELEASE) --product plumbline-fuzz >&2
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/plumbline-fuzz" $(or $(FRAMES),10000000) $(SEED) \
		DeviceProfiles/*.yaml

## libfuzzer: lets libFuzzer look for inputs that reach new code in the readers of scanners; RUNS=n a reader
libfuzzer:
	@Scripts/libfuzzer $(or $(RUNS),1000000)

## clean: removes what was built; records in .plumbline/ and the judges in .build/venv stay
clean:
	$(SWIFT) package clean
	rm -rf .build/tsan dist

## soak: an hour of faults and power cuts, every failure of the ledger's disk, 10⁷ entries; MINUTES=n, KILLS=n, ENTRIES=n
soak:
	@Scripts/bootstrap
	$(SWIFT) build $(STRICT) --build-tests
	PLUMBLINE_SHIFT_SECONDS=$$(($(or $(MINUTES),60) * 60)) $(SWIFT) test $(STRICT) --skip-build \
		--filter TighteningShiftTests --no-parallel
	PLUMBLINE_WEATHER=all PLUMBLINE_FLIPS=50000 PLUMBLINE_KILLS=$(or $(KILLS),20000) $(SWIFT) test $(STRICT) \
		--skip-build --filter 'DiskFaultTests|BitFlipTests|KilledWriterTests'
	@for key in trace reconstruct open; do \
		PLUMBLINE_LEDGERS=.build/ledgers PLUMBLINE_ENTRIES=$(or $(ENTRIES),10000000) \
			$(MAKE) --no-print-directory bench BENCH=ledger.$$key || exit; done
	rm -rf .build/ledgers

## deb, docs: not done yet
deb docs:
	@echo "make $@: this work is not done yet" >&2
	@exit 2

## help: prints this list
help:
	@sed -n 's/^## \([^:]*\): /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24
