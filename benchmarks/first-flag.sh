#!/usr/bin/env bash
# Measures the time from process start to the first flag, over an empty app, published as ReadyToRun. Prints a table.
#   benchmarks/first-flag.sh [starts]
set -euo pipefail
cd "$(dirname "$0")/.."

output=artifacts/first-flag
dotnet publish benchmarks/FirstFlag -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o "$output" -v quiet --nologo >&2
"$output/FirstFlag" measure "${1:-30}"
