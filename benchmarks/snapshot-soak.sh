#!/bin/sh
# Lets twenty instances change and write one blob in Azurite concurrently, for 60 seconds or the number of seconds in the argument.
# Fails if the blob returns to an older version without a restore of the server, or if its last version is not the server's data.
FFC_SOAK_SECONDS="${1:-60}" exec dotnet run --project "$(dirname "$0")/../tests/Ffc.Functions.Tests" -- \
    -class Ffc.Functions.Tests.Storage.SnapshotSoakTests -showLiveOutput
