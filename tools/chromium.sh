#!/usr/bin/env bash
# Chromium for the browser tests (`make test`): Debian's own, where this user may install packages.
# Where that isn't so, those tests are skipped, and this says so; in CI that is an error.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done

missing() {
    printf 'browser tests: no Chromium (%s)\n' "$1" >&2
    if [[ "${CI:-}" == true ]]; then
        printf 'error: CI does not skip them\nhint: apt-get install --no-install-recommends chromium\n' >&2
        exit 1
    fi
    printf 'browser tests: SKIPPED. To run them: apt-get install --no-install-recommends chromium\n' >&2
    exit 0
}

[[ "$(id -u)" == 0 ]] || missing "only root may install it"
command -v apt-get >/dev/null || missing "there is no apt-get here"
printf 'browser tests: installing Chromium (once)\n' >&2
{ apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; } >/dev/null ||
    missing "apt-get could not install it"
