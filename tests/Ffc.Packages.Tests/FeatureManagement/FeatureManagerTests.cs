using Ffc.Sdk;
using Ffc.Sdk.FeatureManagement;
using Ffc.Sdk.Tests;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Ffc.Packages.Tests.FeatureManagement;

public sealed class FeatureManagerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static FlagJson ForAda(string key = "flag") => new FlagJson(key).Serves("false")
        .Rule([FlagJson.Rollout(0, 1, 2, "true")], [FlagJson.Clause("KeyId", "Equal", "ada")]);

    [Theory]
    [InlineData("true", true)]
    [InlineData("on", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("Big", false)]
    public async Task A_feature_is_enabled_by_the_value_of_its_flag(string value, bool isEnabled)
    {
        await using var services = Services([new FlagJson("flag").Serves(value)]);

        Assert.Equal(isEnabled, await services.GetRequiredService<IFeatureManager>().IsEnabledAsync("flag"));
        Assert.Equal(
            isEnabled, await services.GetRequiredService<IVariantFeatureManager>().IsEnabledAsync("flag", Cancellation));
    }

    [Fact]
    public async Task The_user_comes_from_the_context_object_instead_of_the_accessor()
    {
        await using var services = Services([ForAda()], user: "bob");
        var features = services.GetRequiredService<IFeatureManager>();
        var variants = services.GetRequiredService<IVariantFeatureManager>();

        var ada = new TargetingContext { UserId = "ada" };
        Assert.False(await features.IsEnabledAsync("flag"));
        Assert.True(await features.IsEnabledAsync("flag", ada));
        Assert.True(await features.IsEnabledAsync("flag", Clients.User("ada")));
        Assert.Equal("false", (await variants.GetVariantAsync("flag", Cancellation)).Name);
        Assert.Equal("true", (await variants.GetVariantAsync("flag", ada, Cancellation)).Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public async Task A_call_without_a_user_id_uses_the_anonymous_user(string? userId)
    {
        var flag = new FlagJson("flag").Serves("false")
            .Rule([FlagJson.Rollout(0, 1, 2, "true")], [FlagJson.Clause("KeyId", "Equal", "anonymous")]);
        await using var services = Services([flag], user: userId);
        var features = services.GetRequiredService<IFeatureManager>();

        Assert.True(await features.IsEnabledAsync("flag"));
        Assert.True(await features.IsEnabledAsync("flag", new TargetingContext { UserId = userId }));
    }

    [Fact]
    public async Task Groups_are_a_custom_property_separated_by_commas()
    {
        var flag = new FlagJson("flag").Serves("false")
            .Rule([FlagJson.Rollout(0, 1, 2, "true")], [FlagJson.Clause("groups", "Equal", "beta,staff")]);
        await using var services = Services([flag]);
        var features = services.GetRequiredService<IFeatureManager>();

        Assert.True(await features.IsEnabledAsync("flag", new TargetingContext { UserId = "u", Groups = ["beta", "staff"] }));
        Assert.False(await features.IsEnabledAsync("flag", new TargetingContext { UserId = "u", Groups = [] }));
    }

    [Fact]
    public async Task A_context_of_the_app_becomes_a_user_with_CreateUser()
    {
        await using var services = Services(
            [ForAda()], configure: options => options.CreateUser = context =>
                context is Order order ? FfcUser.Builder(order.Customer).Build() : null);
        var features = services.GetRequiredService<IFeatureManager>();

        Assert.True(await features.IsEnabledAsync("flag", new Order("ada")));
        Assert.False(await features.IsEnabledAsync("flag", new Order("bob")));
        Assert.True(await features.IsEnabledAsync("flag", new TargetingContext { UserId = "ada" }));
    }

    [Fact]
    public async Task An_unknown_context_turns_the_feature_off_and_is_logged_once()
    {
        var logs = new FakeLogCollector();
        await using var services = Services([new FlagJson("flag").Serves("true")], logs: logs);
        var features = services.GetRequiredService<IFeatureManager>();

        Assert.False(await features.IsEnabledAsync("flag", new UnknownContext()));
        Assert.False(await features.IsEnabledAsync("flag", new UnknownContext()));

        var warning = Assert.Single(logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
        Assert.Contains(nameof(UnknownContext), warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_JSON_variation_is_the_configuration_of_the_variant()
    {
        const string Json = """
            { "size": 300, "bold": true, "colors": ["red", "blue"], "font": { "name": "Inter" }, "none": null }
            """;
        await using var services = Services([new FlagJson("flag").Serves(Json)]);
        var variant = await services.GetRequiredService<IVariantFeatureManager>().GetVariantAsync("flag", Cancellation);

        Assert.Equal("1", variant.Name);
        Assert.Equal(300, variant.Configuration.GetValue<int>("size"));
        Assert.True(variant.Configuration.GetValue<bool>("bold"));
        Assert.Equal(["red", "blue"], variant.Configuration.GetSection("colors").Get<string[]>()!);
        Assert.Equal("Inter", variant.Configuration["font:name"]);
        Assert.Null(variant.Configuration["none"]);
    }

    [Theory]
    [InlineData("Big")]
    [InlineData("300")]
    [InlineData("true")]
    [InlineData("{broken")]
    public async Task Any_other_variation_is_the_name_and_the_value_of_the_variant(string value)
    {
        await using var services = Services([new FlagJson("flag").Serves(value)]);
        var variant = await services.GetRequiredService<IVariantFeatureManager>().GetVariantAsync("flag", Cancellation);

        Assert.Equal((value, value), (variant.Name, variant.Configuration.Value));
    }

    [Fact]
    public async Task An_unknown_flag_is_disabled_and_has_no_variant_unless_missing_features_are_errors()
    {
        await using var services = Services([new FlagJson("flag")]);
        Assert.False(await services.GetRequiredService<IFeatureManager>().IsEnabledAsync("other"));
        Assert.Null(await services.GetRequiredService<IVariantFeatureManager>().GetVariantAsync("other", Cancellation));

        await using var strict = Services([new FlagJson("flag").Serves("true")], isStrict: true);
        var features = strict.GetRequiredService<IFeatureManager>();
        Assert.True(await features.IsEnabledAsync("flag"));
        var exception = await Assert.ThrowsAsync<FeatureManagementException>(() => features.IsEnabledAsync("other"));
        Assert.Equal(FeatureManagementError.MissingFeature, exception.Error);
    }

    [Fact]
    public async Task Feature_names_are_the_keys_of_all_flags()
    {
        await using var services = Services([new FlagJson("first"), new FlagJson("second").Disabled()]);
        var names = new List<string>();
        await foreach (var name in services.GetRequiredService<IFeatureManager>().GetFeatureNamesAsync())
            names.Add(name);

        Assert.Equal(["first", "second"], names.Order());
    }

    [Fact]
    public async Task An_evaluation_sends_its_event_and_the_names_send_none()
    {
        var insights = new RecordedInsights();
        var collection = new ServiceCollection().AddSingleton<IFfcClient>(Clients.Offline(insights, new FlagJson("flag")));
        collection.AddLogging().AddFeatureManagement().AddFfc();
        await using var services = collection.BuildServiceProvider();
        var features = services.GetRequiredService<IFeatureManager>();

        await foreach (var _ in features.GetFeatureNamesAsync())
        {
        }

        Assert.Empty(insights.TakeAll());
        await features.IsEnabledAsync("flag");
        Assert.Equal("flag", Assert.Single(insights.TakeAll()).Result.FlagKey);
    }

    [Fact]
    public async Task A_key_selects_the_client()
    {
        var services = new ServiceCollection().AddFfc(new TestFlags()).AddFfc("eu", new TestFlags().Set("flag", true));
        services.AddFeatureManagement().AddFfc(serviceKey: "eu");
        await using var provider = services.BuildServiceProvider();

        Assert.True(await provider.GetRequiredService<IFeatureManager>().IsEnabledAsync("flag"));
    }

    private static ServiceProvider Services(
        ItemJson[] items,
        string? user = null,
        Action<FfcFeatureManagementOptions>? configure = null,
        FakeLogCollector? logs = null,
        bool isStrict = false)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs ?? new FakeLogCollector())));
        services.AddFfc(options => (options.Offline, options.Bootstrap) = (true, MessageJson.Full(items)));
        services.AddSingleton<ITargetingContextAccessor>(new Accessor(user));
        services.Configure<FeatureManagementOptions>(options => options.IgnoreMissingFeatures = !isStrict);
        services.AddFeatureManagement().AddFfc(configure);
        return services.BuildServiceProvider();
    }

    private sealed record Order(string Customer);

    private sealed class UnknownContext;

    private sealed class Accessor(string? user) : ITargetingContextAccessor
    {
        public ValueTask<TargetingContext> GetContextAsync() =>
            ValueTask.FromResult(user is null ? null! : new TargetingContext { UserId = user });
    }
}
