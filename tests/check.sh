#!/bin/sh
# `make check`: everything that needs no running service, side by side. Each line runs even if one before it failed.
cd "$(dirname "$0")/.." || exit 1
said=$(mktemp -d) || exit 1
trap 'rm -rf "$said"' EXIT
number=0
started=""
failed=0
run() {
    number=$((number + 1))
    (
        name=$1
        shift
        if "$@" >"$said/$number.output" 2>&1; then echo "ok      $name"; else
            echo "FAILED  $name"
            cat "$said/$number.output"
            exit 1
        fi
    ) >"$said/$number" &
    started="$started $!"
}
run "ruff check" .venv/bin/ruff check
run "ruff format" .venv/bin/ruff format --check
run "mypy" .tools/mypy/bin/mypy --python-executable .venv/bin/python
run "sqlfluff" .tools/sqlfluff/bin/sqlfluff lint --processes 0 --config pyproject.toml dbt_project/models dbt_project/tests
run "generated files" .venv/bin/sealea render --check
run "architecture" .venv/bin/pytest -q tests/test_architecture.py
for part in $started; do wait "$part" || failed=1; done
for file in "$said"/[0-9]; do cat "$file"; done
exit $failed
