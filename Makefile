# make help                 these lines
# make demo [CORPUS=path]   build, install, train, evaluate, query, recommend; the vectors stay in .demo
# make test                 build, install, run all tests
# make eval                 train, evaluate, compare with eval/baselines/ (English if ../shared/data exists)
# make bench                all rows of the speed table, with the peers, then the tables (takes hours)
# make test-clients         released packages that import gensim, on ns2vec (installs them)
# make lint                 ruff, mypy, cython-lint, numpydoc on the docstrings of public names
# make docs                 the documentation as a site in site/, with all links checked
# make check                what .ci/run runs: test, lint and docs
# make test-app             the app's pages in chromium, its API against its schema (installs the tools, not chromium)
# make test-torch           the loss on PyTorch tensors, in a separate environment (VENV-torch)
# make test-cluster         shards on Ray, in a separate environment (VENV-cluster)
# make check-deep           instruction sets x compilers, patches, sanitizers, wheels, kills, quality on 100 MB (long)
# make wheel                dist/*.whl and dist/*.tar.gz
# make clean                remove everything that was built, including .venv
#
# PYTHON=/path/to/python3 chooses the interpreter, VENV=folder the virtual environment.

PYTHON ?= python3
VENV   ?= .venv
CORPUS ?=
PYTEST ?=

BIN    := $(VENV)/bin
LOG    := $(VENV)/install.log
NATIVE := $(wildcard ns2vec/*.pyx ns2vec/*.pxd ns2vec/*/*.pyx ns2vec/*/*.pxd ns2vec/*/*.h ns2vec/_cy/*)

# Run pip quietly; if it fails, one line says why.
PIP     = $(BIN)/python -m pip --disable-pip-version-check --no-input install
EXPLAIN = >$(LOG) 2>&1 || { $(BIN)/python scripts/preflight.py explain $(LOG); exit 1; }

.PHONY: help demo test test-app bench test-clients lint docs eval check test-torch test-cluster check-deep wheel clean
.DELETE_ON_ERROR:
.DEFAULT_GOAL := demo

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/installed
	@$(BIN)/ns2vec demo --keep .demo $(if $(CORPUS),--corpus "$(CORPUS)")

# The tests start Python hundreds of times: without cached bytecode, each start would compile ns2vec again.
test: $(VENV)/test-tools
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST)

test-app: $(VENV)/app-tools
	$(BIN)/python -m pytest $(or $(PYTEST),tests/app)

eval: $(VENV)/installed
	$(BIN)/python eval/check.py

# BENCH="--peer-bytes 25000000 --rounds 3" passes options.
bench: $(VENV)/bench-tools
	$(BIN)/python -m benchmarks all $(BENCH)
	$(BIN)/python -m benchmarks table

test-clients: $(VENV)/clients
	PYTHONPATH="$(CURDIR)" $(VENV)/clients/bin/python -m pytest tests/clients $(PYTEST)

lint: $(VENV)/dev-tools
	$(BIN)/ruff check .
	$(BIN)/mypy
	PATH="$(abspath $(BIN)):$$PATH" cython-lint ns2vec
	$(BIN)/python scripts/site/validate.py

# The theme's notice about its successor is not an error in the pages.
docs: $(VENV)/docs-tools
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --clean --quiet
	$(BIN)/python scripts/site/check.py site

check: test lint docs

# PyTorch is large and nothing in ns2vec imports it, so no other target installs it.
test-torch:
	@$(MAKE) --no-print-directory VENV=$(VENV)-torch $(VENV)-torch/torch-tools
	$(VENV)-torch/bin/python -m pytest $(or $(PYTEST),tests/test_losses_torch.py)

# The same holds for Ray: all other tests use members that are objects of their own process.
test-cluster:
	@$(MAKE) --no-print-directory VENV=$(VENV)-cluster $(VENV)-cluster/cluster-tools
	$(VENV)-cluster/bin/python -m pytest $(or $(PYTEST),tests/cluster)

check-deep: $(VENV)/test-tools $(VENV)/dev-tools
	$(BIN)/python tests/deep/run.py $(PARTS)

wheel: $(VENV)/dev-tools
	$(BIN)/python -m build --outdir dist .

$(VENV)/ready: scripts/preflight.py
	@command -v $(PYTHON) >/dev/null || { echo "ns2vec: '$(PYTHON)' is not on the PATH: install Python 3.10 or newer, or run make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) scripts/preflight.py
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "ns2vec: '$(PYTHON) -m venv $(VENV)' failed: see the lines above" >&2; exit 1; }
	@$(BIN)/python scripts/preflight.py network
	@echo "installing the build tools (log: $(LOG))"
	@sed -n 's/^requires = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",' | xargs $(PIP) $(EXPLAIN)
	@touch $@

$(VENV)/installed: $(VENV)/ready pyproject.toml setup.py $(NATIVE)
	@echo "building and installing ns2vec (log: $(LOG))"
	@$(PIP) --no-build-isolation --editable . $(EXPLAIN)
	@touch $@

# ns2vec itself is already installed, so these two only add the packages of its extras.
$(VENV)/test-tools: pyproject.toml | $(VENV)/installed
	@echo "installing the test tools (log: $(LOG))"
	@$(PIP) 'ns2vec[test,parity]' $(EXPLAIN)
	@touch $@

# One at a time: for a peer that does not build, a row gives the reason.
$(VENV)/bench-tools: pyproject.toml | $(VENV)/test-tools
	@echo "installing the peers (log: $(LOG))"
	@for peer in fasttext floret word2vec; do \
		$(PIP) $$peer >$(LOG) 2>&1 || echo "$$peer does not install here, see $(LOG)"; \
	done
	@touch $@

$(VENV)/dev-tools: pyproject.toml | $(VENV)/installed
	@echo "installing the developer tools (log: $(LOG))"
	@$(PIP) 'ns2vec[dev,test]' $(EXPLAIN)
	@touch $@

$(VENV)/docs-tools: pyproject.toml | $(VENV)/installed
	@echo "installing the tools of the site (log: $(LOG))"
	@$(PIP) 'ns2vec[docs]' $(EXPLAIN)
	@touch $@

$(VENV)/app-tools: pyproject.toml | $(VENV)/test-tools
	@echo "installing the tools for the app's pages (log: $(LOG))"
	@$(PIP) 'ns2vec[test-app]' $(EXPLAIN)
	@touch $@

$(VENV)/torch-tools: pyproject.toml | $(VENV)/test-tools
	@echo "installing PyTorch (log: $(LOG))"
	@$(PIP) 'ns2vec[torch]' $(EXPLAIN)
	@touch $@

$(VENV)/cluster-tools: pyproject.toml | $(VENV)/installed
	@echo "installing Ray (log: $(LOG))"
	@$(PIP) 'ns2vec[test-cluster]' $(EXPLAIN)
	@touch $@

# A separate environment: they need many packages, and gensim must not be installed.
$(VENV)/clients: tests/clients/requirements.txt tests/clients/requirements-alone.txt | $(VENV)/installed
	@echo "installing the clients (log: $(LOG))"
	@$(BIN)/python -m venv $@
	@$@/bin/python -m pip install -r tests/clients/requirements.txt $(EXPLAIN)
	@$@/bin/python -m pip install --no-deps -r tests/clients/requirements-alone.txt $(EXPLAIN)
	@touch $@

clean:
	rm -rf build dist site *.egg-info .demo $(VENV) $(VENV)-torch $(VENV)-cluster .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find ns2vec -name '*.so' -delete
	find ns2vec -name '*.c' -not -path 'ns2vec/_cy/*' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
