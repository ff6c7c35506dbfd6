#!/usr/bin/env bash
# Writes a minimal Debian 12 file system as a tar archive: build.sh ARCHIVE MIRROR
set -euo pipefail

# The public slim image leaves documentation and translations out as well. A container's files need not
# survive a power cut, so dpkg may skip its syncs.
options=(
  --dpkgopt=force-unsafe-io
  --dpkgopt='path-exclude=/usr/share/doc/*'
  --dpkgopt='path-exclude=/usr/share/man/*'
  --dpkgopt='path-exclude=/usr/share/info/*'
  --dpkgopt='path-exclude=/usr/share/locale/*'
)
exec mmdebstrap --quiet --variant=minbase "${options[@]}" bookworm "$1" "$2"
