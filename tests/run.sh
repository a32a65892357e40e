#!/usr/bin/env bash
# Installs what the tests need, then runs them: `tests/run.sh [lint|quick|pages|all] [OPTION…]`.
#
#   lint   style and types, of the program and of the pages' scripts
#   quick  tests/js, tests/domain, tests/statements, tests/store and tests/web
#   pages  tests/browser, in real browsers
#   all    lint, every test, the coverage of the program; without a word, this
#
# Options go to pytest. Each step says how many seconds it took; the first that fails ends the run.
set -euo pipefail
set -m # what runs beside is a group of its own, so that it can be ended whole
cd "$(dirname "$0")/.."

what=all
case ${1:-} in
  lint | quick | pages | all) what=$1 && shift ;;
  "" | -*) ;;
  *) echo "tests/run.sh [lint|quick|pages|all] [OPTION of pytest…]" >&2 && exit 2 ;;
esac
options=("$@")

scratch=$(mktemp -d)
lint_job=
pages_job=
# Databases and photos of tests are written to memory where there is room; a test that is about the
# disk asks for the real one (tests/faults/conftest.py).
memory=/dev/shm
room=$(df --output=avail -k "$memory" 2>/dev/null | tail -1) || room=0
if [ -w "$memory" ] && [ "${room:-0}" -gt 1500000 ]; then
  files=$(mktemp -d "$memory/comanda-tests.XXXXXX")
else
  files=$scratch/files && mkdir "$files"
fi

finish() {
  local status=$? job
  for job in $lint_job $pages_job; do
    kill -- "-$job" 2>/dev/null || true
  done
  if [ $status != 0 ]; then
    [ -z "$pages_job" ] || tail -n 40 "$scratch/pages" # they were still running
    echo "FAILED: $step (after $SECONDS s)" >&2
  else
    echo "Passed: $what, in $SECONDS s"
  fi
  rm -rf "$scratch" "$files"
}
trap finish EXIT

step=start
run() {
  local begun=$SECONDS
  step=$1
  printf '\n== %s\n' "$step"
  "${@:2}"
  printf '== %s: %s s\n' "$step" $((SECONDS - begun))
}

# Nothing to do where the same dependencies were installed before: pip would take ten seconds.
install_packages() {
  local installed=.venv/installed.cfg
  cmp -s setup.cfg "$installed" && return
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --editable '.[test]'
  cp setup.cfg "$installed"
}

# Debian's headless Chromium for most of the pages' tests; its WebKit, nearest to an iPhone, for the
# rest. The whole Chromium does as well as the headless one, in twice the time. The drawn receipts
# take fonts, and reading them takes Tesseract.
install_browsers() {
  local browsers=(
    chromium-headless-shell webkit2gtk-driver xvfb fonts-dejavu-core fonts-noto-color-emoji
    fonts-lato fonts-liberation2 fonts-open-sans fonts-roboto-unhinted
    tesseract-ocr tesseract-ocr-spa
  )
  dpkg -s "${browsers[@]}" >/dev/null 2>&1 && return
  if ! command -v apt-get >/dev/null; then
    echo "No apt-get here: without ${browsers[*]} some tests are skipped or fail." >&2
    return
  fi
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  {
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${browsers[@]}" >/dev/null
  } || dpkg -s chromium "${browsers[@]:1}" >/dev/null
}

# nginx runs with the guide's lines. It is unpacked, since its package would start a service here.
install_nginx() {
  ! command -v nginx /usr/sbin/nginx .venv/nginx/usr/sbin/nginx >/dev/null || return 0
  if ! command -v apt-get >/dev/null; then
    echo "No apt-get here: without nginx the guide's lines for it are not tested." >&2
    return
  fi
  mkdir -p .venv/nginx
  (cd .venv/nginx && apt-get download -qq nginx && dpkg -x nginx_*.deb . && rm nginx_*.deb)
}

lint() {
  .venv/bin/ruff format --config .ci/ruff.toml --check src tests
  .venv/bin/ruff check --config .ci/ruff.toml src tests
  .venv/bin/mypy
  # B105 takes error codes for passwords; ruff's S105 looks for the same.
  .venv/bin/bandit --quiet --recursive --skip B105 src
  .ci/check-js lint types
}

# The shell ends at a step that fails only where none of its commands is part of an `&&`.
lint_beside() {
  (SECONDS=0; lint; echo "lint and types: $SECONDS s, beside the tests") >"$scratch/lint" 2>&1 &
  lint_job=$!
}

lint_ends() {
  local status=0
  wait "$lint_job" || status=$?
  lint_job=
  cat "$scratch/lint"
  return $status
}

# pytest, with the tests' files in a folder of this name.
tests_in() {
  .venv/bin/pytest --basetemp "$files/$1" --durations 15 "${@:2}" "${options[@]}"
}

# What of the pages' scripts needs no browser.
script_tests() {
  .ci/check-js units
}

quick_tests() {
  tests_in quick -n 3 --dist worksteal tests/domain tests/statements tests/store tests/web
}

# The program is covered by the tests that run it in their own process. Those that attack it, kill
# it, or run it as a whole need no measuring, which costs as much again as what is measured.
covered_tests() {
  tests_in covered -n 2 --dist worksteal --cov --cov-report=term --cov-fail-under=95 \
    --ignore tests/browser --ignore tests/attacks --ignore tests/faults --ignore tests/flow
}

whole_tests() {
  tests_in whole -n 2 --dist worksteal tests/attacks tests/faults tests/flow
}

# A browser on a busy machine: what fails is run once more, and named; twice is a failure.
pages() {
  tests_in pages -n "$1" --dist load --maxschedchunk 1 tests/browser --reruns 1 -rR \
    -o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session
}

# Most of a page's test is waiting, so the pages' tests run beside the others.
all_tests() {
  local status=0
  (SECONDS=0; pages 2; echo "pages: $SECONDS s, beside the other tests") >"$scratch/pages" 2>&1 &
  pages_job=$!
  run "covered tests" covered_tests
  run "whole tests" whole_tests
  wait "$pages_job" || status=$?
  pages_job=
  cat "$scratch/pages"
  return $status
}

run "install: packages" install_packages
case $what in
  lint)
    run "install: script checks" .ci/check-js install
    run lint lint
    ;;
  quick)
    run "script tests" script_tests
    run "quick tests" quick_tests
    ;;
  pages)
    run "install: browsers" install_browsers
    run pages pages 3
    ;;
  all)
    run "install: browsers" install_browsers
    run "install: nginx" install_nginx
    run "script tests" script_tests
    lint_beside
    run tests all_tests
    run "lint and types" lint_ends
    ;;
esac
