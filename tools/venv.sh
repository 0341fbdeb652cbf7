#!/usr/bin/env bash
# Makes .venv with everything that requirements.txt pins. `make install` runs it when that changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { # what, hint
    printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
    exit 1
}

# Asked to run, not just to exist: pyenv's shims exist for versions that are not chosen, and
# Debian's python3 comes without the parts that make a virtual environment.
is_good() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON3:-} python3.11 python3.12 python3.13 python3.14 python3; do
        if is_good "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

if ! is_good .venv/bin/python; then
    python="$(find_python)" || fail "There is no Python 3.11 or newer with its venv module here." \
        "install it (Debian, Ubuntu: python3 and python3-venv), or name one: make install PYTHON3=/path/to/python3"
    echo "python: making .venv with $("$python" --version)" >&2
    "$python" -m venv --clear .venv
fi
echo "python: installing $(grep -c == requirements.txt) packages into .venv" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    -r requirements.txt ||
    fail "pip could not install the packages of requirements.txt." \
        "it needs to reach a package index (see pip's message above); then run make install again"
touch .venv/.installed
