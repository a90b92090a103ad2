#!/usr/bin/env bash
# Runs every benchmark in one go and prints the table of results as markdown. Arguments go to BenchmarkDotNet: "--job short"
# for a quick look, "--filter '*OneFlag*'" for some of them.
set -euo pipefail
cd "$(dirname "$0")/.."

artifacts=artifacts/benchmarks
rm -rf "$artifacts/results"
dotnet run -c Release --project benchmarks/Ffc.Benchmarks -- --artifacts "$artifacts" "$@" >&2
cat "$artifacts"/results/*-report-github.md
