# shellcheck shell=bash
# Debian packages for the set-up scripts; sourced after lib.sh.

# The package lists are refreshed once per run, and only when something has to be installed.
apt_refresh() {
  if [ -n "${APT_REFRESHED:-}" ]; then return; fi
  # A source that has nothing to do with us may be unreachable; the installation itself tells.
  quietly apt-get update || say "some package sources did not answer; going on with the others"
  export APT_REFRESHED=1
}

apt_install() {
  apt_refresh
  quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# The machine's own Debian mirror, so that no host name has to be written down here.
debian_mirror() {
  local uri
  # shellcheck disable=SC2016 # the placeholders are apt's
  uri="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)"
  if [ -z "$uri" ]; then
    uri="$(sed -nE 's/^URIs:[[:space:]]*(\S+).*/\1/p; s/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?(\S+).*/\2/p' \
      /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)"
  fi
  [ -n "$uri" ] || return 1
  printf '%s\n' "${uri%/}"
}
