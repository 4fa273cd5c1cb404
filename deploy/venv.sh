#!/bin/sh
# Make a virtual environment with the locked packages, each checked against its hash, and pm in it; compile all of it.
#
#   sh deploy/venv.sh /opt/pm-agent/.venv      PYTHON=python3.13 chooses the interpreter
#
# Nothing that tests or builds stays in it. The Dockerfile and deploy/install.sh use this; `make install` is for
# developers and brings their tools as well. Run it again after an upgrade: it is quick when nothing has changed.
set -eu

venv=${1:?the folder of the virtual environment}
here=$(cd "$(dirname -- "$0")/.." && pwd)
pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input "$@"; }

PYTHON=${PYTHON:-} sh "$here/.ci/venv" "$venv"
# Wheels alone: an sdist would run its own code here.
pip install --no-compile --require-hashes --no-deps --only-binary :all: -r "$here/requirements.lock"

# pm itself is installed in place, so that alembic/ and deploy/ are found beside it. What builds it is locked too, and
# used from a folder that goes.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
awk '/^[a-z]/ { keep = /^(hatchling|packaging|pathspec|pluggy|trove-classifiers)==/ } keep' \
    "$here/requirements-dev.lock" > "$tools/lock"
pip install --no-compile --require-hashes --no-deps --only-binary :all: --target "$tools/site" -r "$tools/lock"
PYTHONPATH="$tools/site" pip install --no-compile --no-deps --no-build-isolation --force-reinstall --editable "$here"

# A read-only disk cannot keep what Python compiles: without this every start costs seconds more.
"$venv/bin/python" -m compileall -q -j 0 "$venv/lib" "$here/bot" "$here/integrations" "$here/planner" "$here/models" \
    "$here/alembic" || echo "some files were not compiled; they work, only slower" >&2
"$venv/bin/pm" --help >/dev/null
echo "pm is in $venv/bin/pm"
