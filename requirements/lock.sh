#!/bin/sh
# Write the hash-locked requirement files from pyproject.toml: names, versions and hashes, no addresses.
set -eu
cd "$(dirname "$0")/.."
compile() {
    out=$1
    shift
    uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal \
        --custom-compile-command "make lock" "$@" --output-file "requirements/$out.txt"
}
compile runtime pyproject.toml --extra local --group build
compile production pyproject.toml --constraint requirements/runtime.txt --extra production --group build
compile dev --constraint requirements/runtime.txt --group dev
compile bench --group bench
compile mypy --constraint requirements/runtime.txt --group mypy
compile sqlfluff --group sqlfluff
printf 'uv==0.13.9\n' | uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --universal \
    --python-version 3.11 --custom-compile-command "make lock" --output-file requirements/uv.txt -
