# The two commands a newcomer needs are `make demo` and `make test`; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3.11
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
unexport PYTHONPATH VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

UV := .tools/uv/bin/uv
SEALEA := .venv/bin/sealea

.PHONY: help demo up down status test plug bench truth check render lock wheel setup clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: .venv/runtime ## set everything up, deliver a sample state's files over SFTP, publish
	@$(SEALEA) demo $(if $(REAL),--real $(REAL))

up: .venv/runtime ## start PostgreSQL, the SFTP server and Airflow
	@$(SEALEA) up

down: ## stop what `make up` started
	@if [ -x $(SEALEA) ]; then $(SEALEA) down; else echo "Nothing is installed, so nothing is running."; fi

status: ## show the services, their addresses and logins
	@if [ -x $(SEALEA) ]; then $(SEALEA) status; else echo "Not installed yet; run 'make demo'."; fi

test: .venv/dev ## run every test against real services
	@tests/browser/install.sh
	@.venv/bin/python tests/run.py

plug: .venv/dev ## kill processes, PostgreSQL and the whole stack at random moments; nothing may change (45 minutes)
	@PYTHONPATH=tests .venv/bin/python -m plug $(PLUG)

bench: .venv/dev .tools/bench/installed ## measure what the pipeline costs: SIZE=S, M or L; STAGE=name for one alone
	@PYTHONPATH=tests .venv/bin/python -m bench --size $(or $(SIZE),S) $(if $(STAGE),--stage $(STAGE)) $(if $(WRITE),--write)

truth: .venv/dev ## hold what the platform says against the truth of ten small and three middle sample states (an hour); STATES="S1 L1" for others
	@SEALEA_TRUTH="$(or $(STATES),S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 M1 M2 M3)" .venv/bin/pytest tests/sample_state/test_truth.py

check: .venv/dev .tools/mypy/installed .tools/sqlfluff/installed ## lint, types, SQL lint, drift of generated files, architecture
	@tests/check.sh

render: .venv/runtime ## write the generated files from contracts, models and settings
	@$(SEALEA) render

lock: $(UV) ## resolve the pinned requirement files again
	@PATH="$(abspath $(dir $(UV))):$$PATH" requirements/lock.sh

wheel: $(UV) ## build what an LEA installs to check its files before sending: the folder dist/
	@rm -rf dist && $(UV) build --quiet --wheel --out-dir dist . && cp requirements/check.txt dist/ && echo "dist/ has the wheel and the list of its packages."

setup: .venv/dev ## install without running anything

clean: down ## remove the local data, secrets and environments
	@if [ -x $(SEALEA) ]; then $(SEALEA) erase; fi
	@rm -rf .venv .tools var artifacts node_modules dbt_project/target dbt_project/logs

$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11." >&2; exit 1; }
	@echo "Installing uv"
	@$(PYTHON) -m venv .tools/uv && .tools/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

.venv/runtime: requirements/runtime.txt pyproject.toml | $(UV)
	@echo "Installing the locked packages (about a minute the first time)"
	@[ -x .venv/bin/python ] || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --require-hashes --python .venv/bin/python requirements/runtime.txt
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@rm -f .venv/dev && touch $@

.venv/dev: requirements/dev.txt .venv/runtime
	@echo "Installing the test tools"
	@$(UV) pip install --quiet --require-hashes --python .venv/bin/python -r requirements/dev.txt
	@touch $@

.tools/%/installed: requirements/%.txt | $(UV)
	@echo "Installing $*"
	@$(UV) venv --quiet --clear --python $(PYTHON) .tools/$*
	@$(UV) pip sync --quiet --require-hashes --python .tools/$*/bin/python requirements/$*.txt
	@touch $@
