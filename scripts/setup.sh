#!/bin/sh
# Makes the virtual environment and installs the pinned dependencies; does nothing where they are there already.
set -eu
python=$1 venv=$2

if ! command -v "$python" >/dev/null 2>&1; then
  echo "No '$python' found. Install Python 3.11 or newer, or say which: make run PYTHON=/path/to/python3" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "$("$python" --version) is too old: Python 3.11 or newer is needed. Say which: make run PYTHON=python3.12" >&2
  exit 1
fi
stamp=$venv/installed
want=$(cat requirements.lock requirements-voice.lock pyproject.toml | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then exit 0; fi

if ! "$python" -m venv "$venv" 2>/dev/null; then
  echo "'$python -m venv' does not work. On Debian or Ubuntu: apt install python3-venv" >&2
  exit 1
fi
echo "Made the virtual environment $venv with $("$python" --version)."
echo "Installing the pinned dependencies (about 1 GB, one to three minutes the first time) ..."
"$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
  -r requirements-voice.lock 2>"$venv/voice.log"; then
  echo "Voice notes will not be heard here: no speech model for $(uname -sm) ($venv/voice.log). All else works."
fi
echo "Installed $(grep -c '^[a-z].*==' requirements.lock) pinned packages and the rflow command ($venv/bin/rflow)."
echo "$want" > "$stamp"
