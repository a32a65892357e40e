#!/usr/bin/env bash
# Installs what the tests need, the browsers included, and runs them all: style, types, tests,
# coverage, pages. What follows on the command line goes to pytest's first run.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 -m venv .venv
.venv/bin/python -m pip install --quiet --editable '.[test]'

# Debian's headless Chromium for most of the pages' tests; its WebKit, nearest to an iPhone, for the
# rest. The whole Chromium does as well as the headless one, in twice the time.
browsers=(chromium-headless-shell webkit2gtk-driver xvfb fonts-dejavu-core fonts-noto-color-emoji)
if ! dpkg -s "${browsers[@]}" >/dev/null 2>&1; then
  if command -v apt-get >/dev/null; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    {
      "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
          apt-get install -y -qq --no-install-recommends "${browsers[@]}" >/dev/null
    } || dpkg -s chromium "${browsers[@]:1}" >/dev/null
  else
    echo "No apt-get here: without ${browsers[*]} the pages' tests are skipped." >&2
  fi
fi

# nginx runs with the README's lines. It is unpacked, since its package would start a service here.
if ! command -v nginx /usr/sbin/nginx .venv/nginx/usr/sbin/nginx >/dev/null; then
  if command -v apt-get >/dev/null; then
    mkdir -p .venv/nginx
    (cd .venv/nginx && apt-get download -qq nginx && dpkg -x nginx_*.deb . && rm nginx_*.deb)
  else
    echo "No apt-get here: without nginx the README's lines for it are not tested." >&2
  fi
fi

.venv/bin/ruff format --config .ci/ruff.toml --check src tests
.venv/bin/ruff check --config .ci/ruff.toml src tests
.venv/bin/mypy
# B105 takes error codes for passwords; ruff's S105 looks for the same.
.venv/bin/bandit --quiet --recursive --skip B105 src
# Three tests at a time keep two cores busy, since many wait for a clock or a program.
.venv/bin/pytest -n 3 --dist worksteal --ignore tests/browser \
  --cov --cov-report=term --cov-fail-under=95 "$@"
# A browser on a busy machine: what fails is run once more, and named; twice is a failure.
.venv/bin/pytest -n 3 --dist worksteal tests/browser --reruns 1 -rR \
  -o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session
