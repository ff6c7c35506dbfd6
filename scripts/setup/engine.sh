#!/usr/bin/env bash
# Makes sure that a Docker engine answers: the machine's own, or Debian's, started here.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt.sh"

answers() { timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null; }

if have docker && version="$(answers)"; then
  say "engine $version answers"
  exit 0
fi

instructions=(
  "Install and start Docker, then check it with: docker info"
  "(On Debian, running this as root installs and starts Debian's own engine.)"
)
is_root || fail "no Docker engine answers, and only root can start one." "${instructions[@]}"

if ! have dockerd || ! have docker || ! have iptables; then
  is_debian || fail "no Docker engine answers, and this is not Debian." "${instructions[@]}"
  say "installing Debian's Docker engine"
  apt_install docker.io iptables || fail "Debian's Docker engine could not be installed." "${instructions[@]}"
fi

# A service manager may have started it during the installation.
if ! answers >/dev/null; then
  log=/var/log/dockerd.log
  say "starting the engine (log: $log)"
  # A pid file left by a reboot or a killed engine would stop a new one from starting.
  if [ -f /var/run/docker.pid ] && ! kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; then rm -f /var/run/docker.pid; fi
  # In a session of its own, with none of our pipes and locks: a CI step ends only when its pipes are closed.
  # Many small programs of the engine live for a moment each: collecting their garbage is wasted.
  GOGC=400 setsid --fork dockerd </dev/null >>"$log" 2>&1 9>&-
  wait_until 60 answers || {
    tail -n 15 "$log" >&2
    fail "the engine did not answer within 60 seconds; the end of its log is above." "${instructions[@]}"
  }
fi
say "engine $(answers) answers"
