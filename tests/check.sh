#!/bin/sh
# `make check`: everything that needs no running service. Each line runs even if one before it failed.
cd "$(dirname "$0")/.." || exit 1
failed=""
run() {
    name=$1
    shift
    if output=$("$@" 2>&1); then echo "ok      $name"; else
        echo "FAILED  $name"
        echo "$output"
        failed="$failed $name"
    fi
}
run "ruff check" .venv/bin/ruff check
run "ruff format" .venv/bin/ruff format --check
run "mypy" .tools/mypy/bin/mypy --python-executable .venv/bin/python
run "sqlfluff" .tools/sqlfluff/bin/sqlfluff lint --config pyproject.toml dbt_project/models dbt_project/tests
run "generated files" .venv/bin/sealea render --check
run "architecture" .venv/bin/pytest -q tests/test_architecture.py
[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
