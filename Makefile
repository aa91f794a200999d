# Tasks for developers. `make` without a target lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/bash

PY := .venv/bin/python
PYTEST := $(PY) -m pytest -rfEs
# Number of pytest processes for all tests except the desktop and cluster tests; 0 runs them in one process.
JOBS ?= 2
VERSION := $(shell sed -n 's/^version=//p' metadata.txt)

# `make link PROFILE=name` uses another QGIS user profile.
PROFILE ?= default
DATA_HOME := $(or $(XDG_DATA_HOME),$(HOME)/.local/share)
PLUGINS := $(DATA_HOME)/QGIS/QGIS3/profiles/$(PROFILE)/python/plugins

# Without this variable, Debian's pyproj does not find the data of Debian's PROJ in a virtual environment.
PROJ := $(if $(wildcard /usr/share/proj/proj.db),PROJ_DATA=/usr/share/proj)

# The Python interpreter that shares QGIS's GDAL.
SYSTEM_PY := $(if $(wildcard /etc/debian_version),/usr/bin/python3,$(or $(PYTHON),python3))

# Suites of `make test`, one group after another. Suites joined by + run in parallel, because the desktop and cluster
# suites spend much of their time waiting.
TEST_GROUPS := core+gui qgis+cluster faults

# Long tests run only in `make test-long` and `make test-cluster`.
SHORT := -m 'not long'

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*## .*/\1/p' $(firstword $(MAKEFILE_LIST))) \
	test-long-core test-long-qgis test-long-faults

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install missing requirements for the other targets (quick if nothing is missing)
	@scripts/setup.sh develop

demo: ## Compute the NDVI of a 49-megapixel Landsat image with qgis_process and draw the result
	@scripts/setup.sh demo
	@$(SYSTEM_PY) scripts/demo.py

example: ## Make a QGIS project with results of all algorithms, computed from small synthetic scenes
	@scripts/setup.sh demo
	@$(SYSTEM_PY) scripts/example.py

test: setup ## Run all tests except the long ones, with one summary (about seven minutes)
	@scripts/setup-cluster.sh
	@CLUSTER_TESTS="$(SHORT)" $(PY) scripts/test.py $(TEST_GROUPS)

test-core: setup ## Test the core and the shell commands without QGIS
	$(PROJ) $(PYTEST) -p no:pytest_qgis -n $(JOBS) $(SHORT) tests/core tests/shell tests/repository

test-qgis: setup ## Test the plugin and algorithms inside QGIS, without a screen
	QT_QPA_PLATFORM=offscreen $(PYTEST) -n $(JOBS) $(SHORT) tests/qgis

test-faults: setup ## Test damaged files, full disks, killed processes and other faults
	$(PYTEST) -p no:pytest_qgis -n $(JOBS) $(SHORT) tests/faults

test-gui: setup ## Test the QGIS desktop on a virtual screen
	$(PYTEST) -p no:pytest_qgis $(SHORT) tests/gui

screenshots: setup ## Update the guide's pictures, which show the QGIS desktop on a virtual screen
	$(PYTEST) -p no:pytest_qgis tests/gui/test_guide.py
	$(PY) scripts/screenshots.py

test-cluster: setup ## Install Dask distributed and a one-node SLURM, and test with both (several minutes)
	@scripts/setup-cluster.sh
	$(PROJ) $(PYTEST) -p no:pytest_qgis $(CLUSTER_TESTS) tests/cluster

test-long: setup ## Run the long tests: more round trips, killed runs, a thousand damaged inputs, commands in the docs
	@$(PY) scripts/test.py long-core long-qgis long-faults

test-long-core: setup
	ROUND_TRIPS=60 MOSAICS=200 $(PROJ) $(PYTEST) -p no:pytest_qgis -n $(JOBS) -m 'long or repeated' tests/core tests/shell tests/repository

test-long-qgis: setup
	QT_QPA_PLATFORM=offscreen $(PYTEST) -n $(JOBS) -m long tests/qgis

test-long-faults: setup
	FAULT_REPEATS=20 FAULT_MUTANTS=1000 FAULT_FILES=5000 STORAGE_ALL=1 \
		$(PYTEST) -p no:pytest_qgis -n $(JOBS) -m 'long or repeated' tests/faults

coverage: setup ## Measure the line coverage of the core by the core and cluster tests; fail below 96 %
	@scripts/setup-cluster.sh
	rm -rf build/coverage && mkdir -p build/coverage
	$(PROJ) $(PY) -m coverage run -m pytest -p no:pytest_qgis $(SHORT) tests/cluster >build/coverage/cluster.log 2>&1 & \
	$(PROJ) $(PY) -m coverage run -m pytest -p no:pytest_qgis -n $(JOBS) $(SHORT) tests/core tests/repository; core=$$?; \
	wait $$!; cluster=$$?; cat build/coverage/cluster.log; exit $$((core | cluster))
	$(PY) -m coverage combine --quiet && $(PY) -m coverage report

bench: bench-setup ## Compare all jobs with all other tools in one run (BENCH="--size 5490 --repeats 3 --write")
	/usr/bin/python3 benchmarks/bench.py $(BENCH)

bench-newest: setup ## Compare all jobs with all other tools in QGIS 3.44 with GDAL 3.13 (needs root privileges; BENCH=...)
	@scripts/bench-newest.sh $(BENCH)

bench-setup: setup ## Install the other tools for `make bench`
	@scripts/bench-setup.sh

bench-correct: bench-setup ## Compare the results of all tools with exact values, on small rasters
	/usr/bin/python3 benchmarks/correctness.py

bench-difference: setup ## Compare normalized difference with gdal_calc.py
	/usr/bin/python3 benchmarks/difference.py

bench-tiles-difference: setup ## Compare processing 500 small files with processing one raster of the same number of pixels
	/usr/bin/python3 benchmarks/tiles_difference.py

bench-growth: setup ## Measure how run time and memory use grow from 10,980^2 to 32,940^2 pixels (GROWTH="--sizes 10980 65536")
	/usr/bin/python3 benchmarks/growth.py $(GROWTH)

bench-before: setup ## Compare run times and memory with those of an earlier commit, in pairs (BEFORE="COMMIT --pairs 15")
	/usr/bin/python3 benchmarks/before.py $(BEFORE)

bench-cluster: setup ## Compare one and two workers of a cluster
	@scripts/setup-cluster.sh
	$(PROJ) $(PY) benchmarks/cluster.py

bench-tile: setup ## Compare tile raster with gdal_retile.py
	/usr/bin/python3 benchmarks/tile.py

bench-chips: setup ## Compare training chips with a loop in rasterio and with gdal_retile.py (CHIPS="--chips 400")
	/usr/bin/python3 benchmarks/chips.py $(CHIPS)

bench-levels: setup ## Compare the compression levels of ISA-L and libdeflate on five kinds of data
	/usr/bin/python3 benchmarks/levels.py

bench-memory: setup ## Measure the peak memory of qgis_process for two raster sizes
	/usr/bin/python3 benchmarks/memory.py

bench-profile: bench-setup ## Measure the share of each stage in a run: decoding, computing, encoding and others
	/usr/bin/python3 benchmarks/stages.py

bench-compiled: bench-setup ## Measure what compiling the hot loops with numba would save
	build/bench/numba/bin/python benchmarks/compiled.py $(COMPILED)

bench-micro: setup ## Measure the CPU time of codec, block reader, chunk planner and kernels (MICRO="-k focal")
	$(PROJ) $(PYTEST) -p no:pytest_qgis -p benchmark --benchmark-timer=time.thread_time --benchmark-max-time=0.5 \
		--benchmark-columns=min,median,stddev,rounds --benchmark-sort=name \
		--benchmark-storage=build/bench/micro benchmarks/micro $(MICRO)

bench-reading: setup ## Compare two ways of reading a raster: windowed reads and rioxarray's chunks
	/usr/bin/python3 benchmarks/reading.py

bench-stac: bench-setup ## Compare 8 connections with one connection and with odc-stac, on a server with a latency of 50 ms (STAC="--repeats 5")
	/usr/bin/python3 benchmarks/stac.py $(STAC)

bench-feel: setup ## Measure plugin loading, cancelling and freezes in QGIS against limits (FEEL="--runs 10")
	/usr/bin/python3 benchmarks/feel.py $(FEEL)

test-matrix: setup ## Run the tests in QGIS 3.40 and 3.44 as well (needs Debian or Ubuntu, and root privileges; SUITES="trixie sid")
	scripts/matrix.sh $(SUITES)

test-torch: setup ## Train a small network for one epoch on training chips, with the PyTorch of Debian trixie
	@scripts/matrix.sh --run scripts/test_torch.sh trixie

test-indexes: setup ## Compare the spectral indexes with the spyndex package, in a separate environment
	@scripts/indexes-setup.sh
	$(PY) scripts/indexes.py --check
	$(PROJ) $(PYTEST) -p no:pytest_qgis tests/catalogue/test_spyndex.py

test-stac: setup ## Compare items and pixels of STAC catalogues with pystac and odc-stac, in a separate environment
	@scripts/stac-setup.sh
	$(PROJ) $(PYTEST) -p no:pytest_qgis tests/catalogue/test_stac.py

test-pip: setup ## Test the core installed by pip without QGIS, with the newest packages
	scripts/test_pip.sh

golden: setup ## Compare the outputs of 36 runs with those of another checkout (BASE=../main)
	$(PROJ) $(PY) scripts/golden.py $(BASE)

lint: setup ## Check style (ruff), spelling, types (mypy), public docstrings, and the plugin site's rules for the zip
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m codespell_lib
	$(PY) -m mypy
	$(PROJ) $(PY) scripts/check_docstrings.py
	$(PY) scripts/check_plugin.py

lock: setup ## Update requirements-dev.txt, which pins the tools for tests and lint
	$(PY) -m uv pip compile --quiet --group dev --upgrade --output-file requirements-dev.txt

format: setup ## Format the code and apply ruff's automatic fixes
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

translations: setup ## Collect strings for translators and compile translations (LANGUAGES="fr" adds one; needs lrelease)
	$(PY) scripts/translations.py $(LANGUAGES)

link: ## Link this checkout into QGIS (PROFILE=default)
	@mkdir -p "$(PLUGINS)"
	@if [ -e "$(PLUGINS)/parallel_raster" ] && [ ! -L "$(PLUGINS)/parallel_raster" ]; then \
		echo "$(PLUGINS)/parallel_raster is an installed plugin; uninstall it in QGIS first." >&2; exit 1; fi
	@ln -sfn "$(CURDIR)" "$(PLUGINS)/parallel_raster"
	@echo "Linked as $(PLUGINS)/parallel_raster; enable Parallel Raster in QGIS's plugin manager."

zip: ## Create the plugin's zip from the last commit, for QGIS's "Install from ZIP"
	@mkdir -p dist
	git archive --format=zip --prefix=parallel_raster/ --output=dist/parallel_raster-$(VERSION).zip HEAD

clean: ## Remove all files created by the other targets, except the virtual environment
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .qgis-settings
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
