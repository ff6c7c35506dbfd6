#!/usr/bin/env bash
# Makes sure that the programs are there with which tests make encrypted fixtures: age, GnuPG, zstd, sqlite3.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt.sh"

missing=()
for pair in age:age gpg:gnupg zstd:zstd sqlite3:sqlite3 git:git; do
  have "${pair%%:*}" || missing+=("${pair##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  instruction="Install these for the tests: ${missing[*]}"
  is_root && is_debian || fail "programs are missing that tests need: ${missing[*]}" "$instruction"
  say "installing ${missing[*]}"
  apt_install "${missing[@]}" || fail "${missing[*]} could not be installed." "$instruction"
fi
say "age, gpg, zstd, sqlite3 and git are there"
