#!/usr/bin/env bash
# Compares the SDK with other feature-flag libraries in one run: evaluation, the first flag after the start of a process, and what a
# package adds to an app. It measures Microsoft.FeatureManagement, which every package source has. PEERS names more packages for the last
# table, such as PEERS="LaunchDarkly.ServerSdk=8.10.0 OpenFeature=2.4.0", if the package source has them.
#
#   benchmarks/peers.sh [starts]
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "## Evaluation of one flag"
echo
benchmarks/run.sh --job short --filter '*OneFlag*' | grep '^|'
echo
echo "## First flag after the start of a process"
echo
benchmarks/first-flag.sh "${1:-30}"
echo
echo "## What a package adds to an empty console app"
echo
echo "| package | DLLs | MB |"
echo "|---|---|---|"

# Prints a row of the table: the title, and the element of the project file.
weigh() {
    local project="$folder/$1"
    mkdir -p "$project"
    cat >"$project/Weight.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <SatelliteResourceLanguages>en</SatelliteResourceLanguages>
    <DebugType>none</DebugType>
  </PropertyGroup>
  <ItemGroup>$2</ItemGroup>
</Project>
PROJECT
    echo 'System.Console.WriteLine();' >"$project/Program.cs"
    dotnet publish "$project" -c Release -o "$project/out" -v quiet --nologo >&2
    find "$project/out" -name '*.dll' ! -name Weight.dll -printf '%s\n' |
        awk -v title="$1" '{ n++; bytes += $1 } END { printf "| %s | %d | %.1f |\n", title, n, bytes / 1e6 }'
}

weigh Ffc.Sdk "<ProjectReference Include=\"$root/src/Ffc.Sdk/Ffc.Sdk.csproj\" />"
for peer in Microsoft.FeatureManagement=4.7.0 ${PEERS:-}; do
    weigh "${peer%=*}" "<PackageReference Include=\"${peer%=*}\" Version=\"${peer#*=}\" />"
done
