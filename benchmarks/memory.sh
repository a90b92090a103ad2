#!/usr/bin/env bash
# Prints how much memory a number of flags needs, 10,000 without an argument: in a process with the SDK alone, and in Ffc.Host after
# the first load, during and after 20 reconnects, and when every flag changes at once. Takes five minutes. Needs Linux.
set -euo pipefail
cd "$(dirname "$0")/.."

host=$(mktemp -d)
trap 'rm -rf "$host"' EXIT
dotnet publish -c Release -v quiet -o "$host" src/Ffc.Host >&2
dotnet run -c Release --project benchmarks/Memory -- "$host/Ffc.Host.dll" "${1:-10000}"
