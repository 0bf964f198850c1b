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
compile runtime pyproject.toml --extra platform --extra local --group build
compile production pyproject.toml --constraint requirements/runtime.txt --extra platform --extra production --group build
compile check pyproject.toml --constraint requirements/runtime.txt
compile dev --constraint requirements/runtime.txt --group dev
compile bench --group bench
compile mypy --constraint requirements/runtime.txt --group mypy
compile sqlfluff --group sqlfluff
printf 'uv==0.13.9\n' | uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --universal \
    --python-version 3.11 --custom-compile-command "make lock" --output-file requirements/uv.txt -
# The laptop's packages must be there as wheels for every system: an LEA has no compiler.
for system in linux macos x86_64-apple-darwin windows; do
    uv pip compile --quiet --only-binary :all: --python-platform "$system" --python-version 3.11 --no-header --output-file /dev/null requirements/check.txt
done
