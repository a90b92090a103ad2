using System.Text.Json;
using Ffc.DevServer;
using Ffc.DevServer.Flags;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The consistency of the sample flags.</summary>
public class SampleFlagsTests
{
    private static readonly DataSync Sample =
        FfcWireFormat.Instance.ReadMessage(File.ReadAllBytes(SampleFlags.Find("flags.json")))!;
    private static readonly List<WireFlag> Flags = [.. Sample.Flags.Select(WireReader.Parse)];
    private static readonly List<WireSegment> Segments = [.. Sample.Segments.Select(WireReader.Parse)];

    [Fact]
    public void The_file_of_the_repository_is_found_and_copied_beside_the_program()
    {
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(SampleFlags.Find("flags.json"))!, "..", "Ffc.sln")));
        var copy = Path.Combine(AppContext.BaseDirectory, "samples", "flags.json");
        Assert.Equal(File.ReadAllBytes(SampleFlags.Find("flags.json")), File.ReadAllBytes(copy));
    }

    [Fact]
    public void Every_item_is_readable_and_its_id_contains_its_key()
    {
        var environment = EnvironmentSecret.Parse(DevServerOptions.DevelopmentSecret);

        Assert.True(Sample.IsFull);
        Assert.Empty(Sample.InvalidItems);
        Assert.Equal("new-checkout", Flags[0].Ff!.KeyName);
        Assert.All(Sample.Flags.Zip(Flags), pair =>
            Assert.Equal(environment.FlagId(pair.Second.Ff!.KeyName!), pair.First.Id));
    }

    [Fact]
    public void Every_variation_is_an_option_of_its_flag()
    {
        foreach (var flag in Flags)
        {
            var options = flag.VariationOptions!.Select(IdAndValue).ToList();
            Assert.All(Used(flag), variation => Assert.Contains(IdAndValue(variation), options));
            Assert.Distinct(flag.VariationOptions!.Select(option => option.LocalId));
        }
    }

    [Fact]
    public void Every_rollout_covers_the_complete_range_once()
    {
        foreach (var rollouts in Flags.SelectMany(Rollouts))
        {
            Assert.Equal(0, rollouts[0].RolloutPercentage![0]);
            Assert.Equal(1, rollouts[^1].RolloutPercentage![1]);
            Assert.All(rollouts.Zip(rollouts.Skip(1)), pair =>
                Assert.Equal(pair.First.RolloutPercentage![1], pair.Second.RolloutPercentage![0]));
        }
    }

    [Fact]
    public void Every_referenced_prerequisite_and_segment_exists()
    {
        var flags = Sample.Flags.ToDictionary(flag => flag.Id, flag => WireReader.Parse(flag));
        var prerequisites = flags.Values.SelectMany(flag => flag.Ffp!).ToArray();
        var segments = Clauses()
            .Where(clause => clause.Property!.StartsWith("User is ", StringComparison.Ordinal))
            .SelectMany(clause => JsonSerializer.Deserialize<string[]>(clause.Value!)!)
            .ToHashSet();

        Assert.NotEmpty(prerequisites);
        Assert.All(prerequisites, prerequisite => Assert.Contains(
            IdAndValue(prerequisite.ValueOptionsVariationValue),
            flags[prerequisite.PrerequisiteFeatureFlagId!].VariationOptions!.Select(IdAndValue)));
        Assert.Equal(Sample.Segments.Select(segment => segment.Id).Order(), segments.Order());
    }

    [Fact]
    public void The_sample_covers_the_features_of_flags()
    {
        Assert.InRange(Sample.Flags.Count, 10, 15);
        Assert.InRange(Clauses().Select(clause => clause.Operation).Distinct().Count(), 10, 20);
        Assert.Contains(Flags, flag => flag.Ff!.Status == "Disabled");
        Assert.Contains(Flags, flag => flag.TargetIndividuals!.Length > 0);
        Assert.Contains(Flags, flag => AllValues(flag, value => value!.StartsWith('{')));
        Assert.Contains(Flags, flag => AllValues(flag, value => int.TryParse(value, out _)));
    }

    private static bool AllValues(WireFlag flag, Func<string?, bool> holds) =>
        flag.VariationOptions!.All(option => holds(option.VariationValue));

    private static (int? LocalId, string? Value) IdAndValue(WireVariation? variation) =>
        (variation?.LocalId, variation?.VariationValue);

    private static IEnumerable<WireClause> Clauses() =>
        Flags.SelectMany(flag => flag.Fftuwmtr!).SelectMany(rule => rule.RuleJsonContent!)
            .Concat(Segments.SelectMany(segment => segment.Rules!).SelectMany(rule => rule.RuleJsonContent!))
            .Select(clause => clause!);

    private static IEnumerable<WireRollout[]> Rollouts(WireFlag flag) =>
        flag.Fftuwmtr!.Select(rule => rule.ValueOptionsVariationRuleValues!).Prepend(flag.Ff!.DefaultRulePercentageRollouts!);

    private static IEnumerable<WireVariation> Used(WireFlag flag) =>
        Rollouts(flag).SelectMany(rollouts => rollouts.Select(rollout => rollout.ValueOption!))
            .Concat(flag.TargetIndividuals!.Select(target => target.ValueOption!))
            .Append(flag.Ff!.VariationOptionWhenDisabled!);
}
