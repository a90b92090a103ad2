#!/bin/sh
# Lets twenty instances change and write one blob of Azurite at the same time, for 60 seconds, or as many as the argument says,
# and fails where the blob ever goes back to an older version, or does not end at the newest.
FFC_SOAK_SECONDS="${1:-60}" exec dotnet run --project "$(dirname "$0")/../tests/Ffc.Functions.Tests" -- \
    -class Ffc.Functions.Tests.Storage.SnapshotSoakTests -showLiveOutput
