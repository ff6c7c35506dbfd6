# shellcheck shell=bash
# Shared by the make-fixture.sh scripts, which source it: a scratch folder, waiting, and asking a JSON API.
# Each runs the real release under a project name of its own, on free ports of this machine only, and leaves nothing running.

scratch="$(mktemp -d)"

# wait_for TEXT COMMAND...: polls until the command succeeds, for 20 s.
wait_for() {
  local what="$1" deadline=$((SECONDS + 20))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then echo "$what did not become ready." >&2; return 1; fi
    sleep 0.1
  done
}

# api METHOD URL [BODY [CURL OPTION...]]: the answer goes to standard output; what is not a success ends the script.
api() {
  local method="$1" url="$2" body="${3:-}"
  shift $(($# > 3 ? 3 : $#))
  curl --silent --show-error --fail-with-body --cookie-jar "$scratch/cookies" --cookie "$scratch/cookies" \
    --request "$method" --header 'Content-Type: application/json' ${body:+--data "$body"} "$@" "$url"
}

# field NAME: a string or number of the JSON on standard input, wherever it stands.
field() { sed -nE "s/.*\"$1\": ?\"?([^\",}]*).*/\1/p"; }

# make_png WIDTH HEIGHT SEED: a small picture, always the same for the same arguments.
make_png() {
  python3 - "$@" <<'PYTHON'
import struct, sys, zlib

width, height, seed = (int(argument) for argument in sys.argv[1:])
row = lambda y: b"\0" + bytes(c for x in range(width) for c in ((x * seed) % 256, (y * seed * 3) % 256, (x ^ y) * seed % 256))
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
pixels = zlib.compress(b"".join(row(y) for y in range(height)), 9)
header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
PYTHON
}

# published CONTAINER PORT: where a container's port is reached from here.
published() { docker port "$1" "$2" | head -n 1; }

report() { stat -c '%n: %s bytes' "$@"; }
