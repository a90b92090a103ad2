#!/bin/sh
# Runs the model test of the insights in 100,000 random scenarios, or in the number of scenarios in the first argument. A failure
# prints its seed and operations. The second argument is such a seed, to run its scenario first.
[ -z "$2" ] || export CsCheck_Seed="$2"
FFC_MODEL_SCENARIOS="${1:-100000}" exec dotnet run -c Release --project "$(dirname "$0")/../tests/Ffc.Sdk.Tests" -- \
    -class Ffc.Sdk.Tests.Insights.Model.InsightModelTests
