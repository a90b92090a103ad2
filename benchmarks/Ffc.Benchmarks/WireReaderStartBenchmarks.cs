using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Ffc.Sdk.Flags;

namespace Ffc.Benchmarks;

/// <summary>
/// Reads the first flag of a process, just-in-time compilation included. The flag is a literal, because
/// <see cref="RealisticData"/> uses System.Text.Json and would warm it up.
/// </summary>
[SimpleJob(RunStrategy.ColdStart, launchCount: 10, warmupCount: 0, iterationCount: 1, invocationCount: 1)]
[CategoriesColumn]
[BenchmarkCategory("first flag")]
public class WireReaderStartBenchmarks
{
    private readonly IncomingItem<Flag> _flag = WireReaderBenchmarks.CreateItem(
        """
        {
          "id": "FF__1__2__3__flag-1", "environmentId": 3, "isArchived": false, "timestamp": 1790000000001,
          "ff": {
            "id": "FF__1__2__3__flag-1", "name": "Flag flag-1", "type": 1, "keyName": "flag-1", "status": "Enabled",
            "isDefaultRulePercentageRolloutsIncludedInExpt": true,
            "defaultRulePercentageRollouts": [
              {
                "exptRollout": 0.5, "rolloutPercentage": [0, 1],
                "valueOption": { "localId": 1, "displayOrder": 0, "variationValue": "true" }
              }
            ],
            "variationOptionWhenDisabled": { "localId": 2, "displayOrder": 1, "variationValue": "false" }
          },
          "ffp": [
            {
              "prerequisiteFeatureFlagId": "FF__1__2__3__flag-0",
              "valueOptionsVariationValue": { "localId": 1, "variationValue": "true" }
            }
          ],
          "fftuwmtr": [
            {
              "isIncludedInExpt": true,
              "ruleJsonContent": [{ "property": "Email", "operation": "EndsWith", "value": "@example.com" }],
              "valueOptionsVariationRuleValues": [
                { "rolloutPercentage": [0, 1], "valueOption": { "localId": 1, "variationValue": "true" } }
              ]
            }
          ],
          "targetIndividuals": [
            { "individuals": [{ "keyId": "user-1" }], "valueOption": { "localId": 1, "variationValue": "true" } }
          ],
          "variationOptions": [{ "localId": 1, "variationValue": "true" }, { "localId": 2, "variationValue": "false" }]
        }
        """u8.ToArray());

    [Benchmark(Baseline = true, Description = "WireReader")]
    public object WireReader() => WireReaderBenchmarks.WithWireReader(_flag);

    [Benchmark(Description = "System.Text.Json source generator")]
    public object Serializer() => WireReaderBenchmarks.WithSerializer(_flag);
}
