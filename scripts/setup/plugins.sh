#!/usr/bin/env bash
# Makes sure that `docker compose` and `docker buildx` work.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt.sh"

compose_version() { docker compose version --short 2>/dev/null; }
buildx_works() { docker buildx version >/dev/null 2>&1; }

report() { say "compose $(compose_version) and buildx are there"; }

if compose_version >/dev/null && buildx_works; then
  report
  exit 0
fi

instructions=("Install the Compose v2 and Buildx plugins, then check them with: docker compose version; docker buildx version")
if ! is_debian || ! is_root; then fail "docker compose or docker buildx is missing." "${instructions[@]}"; fi

# Debian 12 has neither; Debian 13's packages need nothing newer than its C library. They are only
# unpacked, from package lists kept apart, so that nothing else on the machine is upgraded.
apt_refresh
mirror="$(debian_mirror)" || fail "no Debian mirror in this machine's package sources." "${instructions[@]}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial" "$scratch/root"
printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" >"$scratch/sources.list"
apart=(
  -o "Dir::Etc::sourcelist=$scratch/sources.list"
  -o "Dir::Etc::sourceparts=/dev/null"
  -o "Dir::State::lists=$scratch/lists"
  -o "Dir::Cache=$scratch/cache"
  -o "Acquire::Languages=none"
  -o "APT::Sandbox::User=root"
)
say "fetching compose and buildx from Debian 13"
cd "$scratch"
quietly apt-get "${apart[@]}" update || fail "Debian 13's package list could not be fetched." "${instructions[@]}"
quietly apt-get "${apart[@]}" download docker-compose docker-buildx || fail "the plugins could not be fetched." "${instructions[@]}"
for package in ./*.deb; do dpkg -x "$package" "$scratch/root"; done

plugins="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"
mkdir -p "$plugins"
find "$scratch/root" -type f \( -name docker-compose -o -name docker-buildx \) -perm -u+x -path '*cli-plugins*' \
  -exec install -m 0755 -t "$plugins" {} +

if ! compose_version >/dev/null || ! buildx_works; then fail "the plugins were installed but do not work." "${instructions[@]}"; fi
report
