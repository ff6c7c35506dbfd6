# shellcheck shell=bash
# Declaring, comparing and making images; sourced by images.sh.

LABEL=upgrade-rehearsal.content
BASE=debian:bookworm-slim

NAMES=() # in the order of declaration: a base comes before what is built on it
TODO=()
declare -A FOLDER KIND PARENT VERSION BEHAVIOUR CONTENT STATE JOB

# image FOLDER public|own|helper NAME [PARENT [VERSION [BEHAVIOUR]]]; a helper is made only when another is built on it.
image() {
  local name="$3"
  if [ -n "${FOLDER[$name]:-}" ]; then return; fi
  NAMES+=("$name")
  FOLDER[$name]="$1" KIND[$name]="$2" PARENT[$name]="${4:-$BASE}" VERSION[$name]="${5:-}" BEHAVIOUR[$name]="${6:-}"
}

# A hash of every file's path and content, whatever order the file system has.
folder_hash() { (cd "$IMAGES_DIR/$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1); }

# What an image is made from: its folder, its arguments, and its base in turn.
compute_contents() {
  local name folder
  local -A hashes=()
  CONTENT[$BASE]="$(folder_hash debian)"
  for name in "${NAMES[@]}"; do
    folder="${FOLDER[$name]}"
    if [ -z "${hashes[$folder]:-}" ]; then hashes[$folder]="$(folder_hash "$folder")"; fi
    CONTENT[$name]="$(printf '%s ' "${hashes[$folder]}" "${VERSION[$name]}" "${BEHAVIOUR[$name]}" "${CONTENT[${PARENT[$name]}]}" | sha256sum | cut -d ' ' -f 1)"
  done
}

# The images that are missing, or were built from something else. A public image that was pulled has no label: it is kept.
find_out_of_date() {
  local name tags label tag
  compute_contents
  while IFS='|' read -r tags label; do
    for tag in $tags; do STATE[$tag]="${label:-pulled}"; done
  done < <(docker image inspect --format '{{range .RepoTags}}{{.}} {{end}}|{{index .Config.Labels "'$LABEL'"}}' "$BASE" "${NAMES[@]}" 2>/dev/null || true)
  for name in "${NAMES[@]}"; do
    if [ "${KIND[$name]}" != helper ] && ! up_to_date "$name"; then TODO+=("$name"); fi
  done
}

up_to_date() {
  [ "${STATE[$1]:-}" = "${CONTENT[$1]}" ] || { [ "${KIND[$1]:-public}" = public ] && [ "${STATE[$1]:-}" = pulled ]; }
}

# Whether a registry answers is found out once per run: where none does, every attempt may take its whole time limit.
REGISTRY_ANSWERS=
pull() {
  local limit=300 said status=0
  if [ "$REGISTRY_ANSWERS" = no ]; then return 1; fi
  if [ -z "$REGISTRY_ANSWERS" ]; then limit=20; fi
  said="$(timeout "$limit" docker pull --quiet "$1" 2>&1 </dev/null)" || status=$?
  if [ "$status" = 0 ]; then
    REGISTRY_ANSWERS=yes
    say "pulled $1"
    return 0
  fi
  # A registry that does not know one image may still have the others.
  case "$said" in
    *'manifest unknown'* | *'not found'* | *'access denied'*) REGISTRY_ANSWERS=yes ;;
    *)
      if [ -z "$REGISTRY_ANSWERS" ]; then
        REGISTRY_ANSWERS=no
        say "no registry answers: building stand-ins"
      fi
      ;;
  esac
  return 1
}

make_base() {
  local archive="$DONE/base.tar"
  if ! is_debian || ! is_root; then
    fail "$BASE can be neither pulled nor built here." "Allow the engine to reach a container registry, or run this as root on Debian."
  fi
  have mmdebstrap || apt_install mmdebstrap || fail "mmdebstrap could not be installed." "Install it with: apt-get install mmdebstrap"
  apt_refresh
  "$IMAGES_DIR/debian/build.sh" "$archive" "$(debian_mirror)"
  docker import --change "LABEL $LABEL=${CONTENT[$BASE]}" --change 'CMD ["bash"]' "$archive" "$BASE" >/dev/null
  rm -f "$archive"
}

# What an image takes from npm is installed while its base is still being made.
build() {
  local name="$1" context target=()
  context="$DONE/context.${name//\//_}"
  mkdir "$context"
  cp -r "$IMAGES_DIR/${FOLDER[$name]}/." "$context"
  case "${FOLDER[$name]}" in
    node) "$SETUP_DIR/stage-npm.sh" node "$context" ;;
    unleash) "$SETUP_DIR/stage-npm.sh" packages "$context" "${VERSION[$name]}" ;;
    s3) "$SETUP_DIR/stage-npm.sh" packages "$context" . ;;
    app) target=(--target "$([ "${BEHAVIOUR[$name]}" = unhealthy ] && echo unhealthy || echo app)") ;;
  esac
  # One process that looks once a second: fifty loops of short sleeps would take the processors from the builds.
  if [ -n "${JOB[${PARENT[$name]}]:-}" ]; then tail --pid="${JOB[${PARENT[$name]}]}" -f /dev/null; fi
  if [ ! -e "$DONE/${PARENT[$name]//\//_}" ]; then return 1; fi
  # The engine's own network is not always allowed to reach the package mirror.
  docker build --quiet --load --network host --label "$LABEL=${CONTENT[$name]}" --tag "$name" "${target[@]}" \
    --build-arg "VERSION=${VERSION[$name]}" --build-arg "BEHAVIOUR=${BEHAVIOUR[$name]}" "$context" </dev/null
  rm -rf "$context"
}

# One image per job; jobs wait for their base only.
in_background() {
  local label="$1" mark="$DONE/${1//\//_}" log="$DONE/${1//\//_}.log" started="$SECONDS"
  shift
  (
    # Not "if …": a command that is tested does not stop at its first error.
    set +e
    (set -e; "$@") >"$log" 2>&1 </dev/null
    status=$?
    if [ "$status" = 0 ]; then
      touch "$mark"
      say "built $label ($((SECONDS - started)) s)"
    else
      touch "$DONE/failed"
      # Jobs that only waited for the failed one have nothing to say.
      if [ -s "$log" ]; then { printf 'set-up: %s could not be built:\n' "$label"; tail -n 30 "$log"; } >&2; fi
      exit 1
    fi
  ) &
  JOB[$label]=$!
}

make_images() {
  local name parent failed='' remaining=()
  # One empty file per image that is there already or that a job of this run has finished; and the jobs' scratch space.
  DONE="$(mktemp -d)"
  trap 'rm -rf "$DONE"' EXIT
  if ! up_to_date "$BASE" && pull "$BASE"; then STATE[$BASE]=pulled; fi
  for name in "${NAMES[@]}"; do
    if up_to_date "$name"; then
      touch "$DONE/${name//\//_}"
    elif [ "${KIND[$name]}" = public ] && [ -z "${STATE[$name]:-}" ] && pull "$name"; then
      touch "$DONE/${name//\//_}"
    else
      parent="${PARENT[$name]}"
      if [ "${KIND[$name]}" = helper ]; then continue; fi
      if [ "${KIND[$parent]:-}" = helper ] && ! up_to_date "$parent" && [[ " ${remaining[*]} " != *" $parent "* ]]; then
        remaining+=("$parent")
      fi
      remaining+=("$name")
    fi
  done
  if up_to_date "$BASE"; then
    touch "$DONE/$BASE"
  elif [ "${#remaining[@]}" -gt 0 ]; then
    in_background "$BASE" make_base
  fi
  for name in "${remaining[@]}"; do in_background "$name" build "$name"; done
  for name in "${!JOB[@]}"; do wait "${JOB[$name]}" || failed=yes; done
  # What a new build has replaced: untagged, and ours by its label.
  docker image prune --force --filter "label=$LABEL" >/dev/null || true
  [ -z "$failed" ] || fail "not every image could be made; the output is above." "Run it again: what has been made is kept."
}
