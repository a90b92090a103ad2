using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Client;

public sealed class AddFfcTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_setting_binds_from_the_configuration()
    {
        using var services = Services(new()
        {
            ["Ffc:EnvSecret"] = Clients.Secret,
            ["Ffc:StreamingUri"] = "ws://localhost:5100",
            ["Ffc:EventsUri"] = "http://localhost:5100",
            ["Ffc:StartWait"] = "00:00:03",
            ["Ffc:Offline"] = "true",
            ["Ffc:BootstrapPath"] = "flags.json",
            ["Ffc:Defaults:new-checkout"] = "true",
            ["Ffc:Streaming:PingInterval"] = "00:00:04",
            ["Ffc:Streaming:ConnectTimeout"] = "00:00:05",
            ["Ffc:Streaming:FirstRetryDelay"] = "00:00:06",
            ["Ffc:Streaming:MaxRetryDelay"] = "00:00:07",
            ["Ffc:Proxy"] = "http://proxy:3128",
        });
        var options = services.GetRequiredService<IOptions<FfcOptions>>().Value;

        Assert.Equal(
            (Clients.Secret, "ws://localhost:5100/", "http://localhost:5100/", 3, true, "flags.json", "true"),
            (options.EnvSecret, options.StreamingUri.AbsoluteUri, options.EventsUri.AbsoluteUri,
                options.StartWait.TotalSeconds, options.Offline, options.BootstrapPath, options.Defaults["new-checkout"]));
        Assert.Equal(
            (4, 5, 6, 7, "http://proxy:3128/"),
            (options.Streaming.PingInterval.TotalSeconds, options.Streaming.ConnectTimeout.TotalSeconds,
                options.Streaming.FirstRetryDelay.TotalSeconds, options.Streaming.MaxRetryDelay.TotalSeconds,
                options.Proxy!.AbsoluteUri));
    }

    [Theory]
    [InlineData("Ffc:Insights:PrivateProperties", " email, plan,")]
    [InlineData("Ffc:Insights:PrivateProperties:0", "email", "Ffc:Insights:PrivateProperties:1", "plan")]
    public void Private_properties_bind_from_a_list_and_from_a_text_with_commas(params string[] settings)
    {
        string?[] all = ["Ffc:EnvSecret", Clients.Secret, .. settings];
        using var services = Services(all.Chunk(2).ToDictionary(pair => pair[0]!, pair => pair[1]));

        Assert.Equal(
            ["email", "plan"], services.GetRequiredService<IOptions<FfcOptions>>().Value.Insights.PrivateProperties);
    }

    [Theory]
    [InlineData("Ffc:EnvSecret", "c2VjcmV0LXRoYXQtaXMtbm9uZQ==")]
    [InlineData("Ffc:EnvSecret", "")]
    [InlineData("Ffc:StreamingUri", "no uri")]
    [InlineData("Ffc:StartWait", "15")] // 15 days
    [InlineData("Ffc:Insights:FlushInterval", "01:00:01")]
    [InlineData("Ffc:StartWait", "soon")]
    [InlineData("Ffc:Offline", "maybe")]
    [InlineData("Ffc:Streaming:PingInterval", "-00:00:01")]
    [InlineData("Ffc:Bootstrap", "{}")]
    [InlineData("Ffc:BootstrapPath", "no/such/file.json")]
    [InlineData("Ffc:Defaults:a", null)]
    public async Task An_invalid_setting_stops_the_host_with_a_message_that_names_it(string setting, string? value)
    {
        using var host = Host(new()
        {
            ["Ffc:EnvSecret"] = Clients.Secret,
            ["Ffc:StreamingUri"] = "ws://127.0.0.1:1",
            [setting] = value,
        });
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Cancellation));

        Assert.Contains(setting, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ffc:Proxy", "http://user:sesame@proxy:99999", "http://proxy:99999")]
    [InlineData("Ffc:StreamingUri", "wss://user:sesame@:80:80", "wss://:80:80")]
    [InlineData("Ffc:EventsUri", "https://user:sesame@[::1", "https://[::1")]
    public void An_invalid_URI_is_reported_without_its_password(string setting, string value, string shown)
    {
        using var services = Services(new() { ["Ffc:EnvSecret"] = Clients.Secret, [setting] = value });
        var exception = Assert.Throws<OptionsValidationException>(services.GetRequiredService<FfcClient>);

        Assert.Contains(
            $"{setting}: is '{shown}', must be a URI, such as https://flags.example.com:8080.",
            exception.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", exception.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string> Durations => [.. SettingsOf(typeof(TimeSpan))];

    public static TheoryData<string> Booleans => [.. SettingsOf(typeof(bool))];

    public static TheoryData<string> Numbers => [.. SettingsOf(typeof(int), typeof(long))];

    private static IEnumerable<string> SettingsOf(params Type[] types) =>
        from section in typeof(FfcOptions).GetProperties()
        let prefix = section.PropertyType.Assembly == typeof(FfcOptions).Assembly ? $"Ffc:{section.Name}:" : "Ffc:"
        from property in prefix == "Ffc:" ? [section] : section.PropertyType.GetProperties()
        where types.Contains(property.PropertyType)
        select prefix + property.Name;

    private static void AssertRefused(string setting, string value, string expected)
    {
        using var services = Services(new() { ["Ffc:EnvSecret"] = Clients.Secret, [setting] = value });
        var exception = Assert.Throws<OptionsValidationException>(services.GetRequiredService<FfcClient>);

        Assert.Equal([$"{setting}: is '{value}', must be {expected}."], exception.Failures);
    }

    // The configuration binder reads a number as days.
    [Theory]
    [MemberData(nameof(Durations))]
    public void A_duration_of_another_form_is_refused(string setting)
    {
        AssertRefused(setting, "1", "hours:minutes:seconds, such as 00:00:15");
        AssertRefused(setting, "3s", "hours:minutes:seconds, such as 00:00:15");
        AssertRefused(setting, "1:", "hours:minutes:seconds, such as 00:00:15");
    }

    [Theory]
    [MemberData(nameof(Booleans))]
    public void A_boolean_of_another_form_is_refused(string setting) => AssertRefused(setting, "yes", "true or false");

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_of_another_form_is_refused(string setting) =>
        AssertRefused(setting, "fifty", "a whole number, such as 50");

    [Fact]
    public void A_provider_with_a_client_can_be_disposed_synchronously()
    {
        IFfcClient client;
        using (var services = Services(new() { ["Ffc:EnvSecret"] = Clients.Secret, ["Ffc:StreamingUri"] = "ws://127.0.0.1:1" }))
            client = services.GetRequiredService<IFfcClient>();

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
    }

    [Fact]
    public async Task The_host_starts_and_stops_one_client_without_waiting_for_data()
    {
        // No server listens at this address, so data never arrives.
        using var host = Host(new() { ["Ffc:EnvSecret"] = Clients.Secret, ["Ffc:StreamingUri"] = "ws://127.0.0.1:1" });
        await host.StartAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var client = host.Services.GetRequiredService<IFfcClient>();

        Assert.Same(client, host.Services.GetRequiredService<IFfcClient>());
        Assert.Same(client, host.Services.GetRequiredService<FfcClient>());
        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.Status.State);

        await host.StopAsync(Cancellation);
        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
    }

    [Fact]
    public async Task The_client_uses_the_logger_factory_and_the_time_provider_of_the_host()
    {
        var logs = new FakeLogCollector();
        var clock = new FakeTimeProvider(new DateTimeOffset(2040, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs));
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddFfc(options => (options.Offline, options.Bootstrap) = (true, MessageJson.Full(new FlagJson("a"))));
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        var client = host.Services.GetRequiredService<IFfcClient>();

        Assert.Equal(clock.GetUtcNow(), client.FlagData.Since);
        Assert.Contains(logs.GetSnapshot(), log => log.Category == typeof(FfcClient).FullName);
        Assert.Equal("on", client.Variation("a", Clients.User(), ""));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_logger_factory_from_the_options_is_kept()
    {
        var (hostLogs, ownLogs) = (new FakeLogCollector(), new FakeLogCollector());
        using var own = Clients.Logging(ownLogs);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(hostLogs)));
        services.AddFfc(options =>
        {
            (options.Offline, options.Bootstrap) = (true, MessageJson.Full(new FlagJson("a")));
            options.LoggerFactory = own;
        });
        await using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IFfcClient>();

        Assert.Contains(ownLogs.GetSnapshot(), log => log.Category == typeof(FfcClient).FullName);
        Assert.Empty(hostLogs.GetSnapshot());
    }

    [Fact]
    public async Task A_time_provider_from_the_options_is_kept()
    {
        var own = new FakeTimeProvider(new DateTimeOffset(2040, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        services.AddFfc(options =>
        {
            (options.Offline, options.Bootstrap) = (true, MessageJson.Full(new FlagJson("a")));
            options.TimeProvider = own;
        });
        await using var provider = services.BuildServiceProvider();

        Assert.Equal(own.GetUtcNow(), provider.GetRequiredService<IFfcClient>().FlagData.Since);
    }

    [Fact]
    public void A_second_registration_is_refused_unless_it_has_another_key()
    {
        var services = new ServiceCollection();
        services.AddFfc(options => options.Offline = true);
        services.AddFfc("eu", options => options.Offline = true);

        var unkeyed = Assert.Throws<InvalidOperationException>(() => services.AddFfc(options => options.EnvSecret = "x"));
        var keyed = Assert.Throws<InvalidOperationException>(() => services.AddFfc("eu", options => options.EnvSecret = "x"));
        Assert.StartsWith("AddFfc was already called without a key.", unkeyed.Message, StringComparison.Ordinal);
        Assert.StartsWith("AddFfc was already called with the key 'eu'.", keyed.Message, StringComparison.Ordinal);
        services.AddFfc("us", options => options.Offline = true);
    }

    [Fact]
    public async Task More_options_are_set_with_Configure()
    {
        var services = new ServiceCollection();
        services.AddFfc(options => options.Offline = true);
        services.Configure<FfcOptions>(options => options.Defaults["a"] = "b");
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("b", provider.GetRequiredService<IFfcClient>().Variation("a", null, ""));
    }

    [Fact]
    public async Task Clients_with_keys_have_their_own_options_and_are_started_and_stopped_by_the_host()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        foreach (var key in new[] { "", "Eu", "Us" })
        {
            var section = key.Length == 0 ? "Ffc" : $"Ffc{key}";
            builder.Configuration.AddInMemoryCollection(
            [
                KeyValuePair.Create($"{section}:EnvSecret", (string?)Clients.Secret),
                KeyValuePair.Create($"{section}:StreamingUri", (string?)"ws://127.0.0.1:1"),
                KeyValuePair.Create($"{section}:Bootstrap", (string?)MessageJson.Full(new FlagJson("a").Serves(section))),
            ]);
            if (key.Length == 0)
                builder.Services.AddFfc(builder.Configuration.GetSection(section));
            else
                builder.Services.AddFfc(key, builder.Configuration.GetSection(section));
        }

        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        IFfcClient[] clients =
        [
            host.Services.GetRequiredService<IFfcClient>(),
            host.Services.GetRequiredKeyedService<IFfcClient>("Eu"),
            host.Services.GetRequiredKeyedService<IFfcClient>("Us"),
        ];
        Assert.Equal(["Ffc", "FfcEu", "FfcUs"], clients.Select(client => client.Variation("a", Clients.User(), "")));
        Assert.Same(clients[1], host.Services.GetRequiredKeyedService<FfcClient>("Eu"));

        await host.StopAsync(Cancellation);
        Assert.All(clients, client => Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State));
    }

    [Theory]
    [InlineData("Flags", "EnvSecret", "")]
    [InlineData("Flags", "StreamingUri", "wss://user:sesame@:80:80")]
    [InlineData("My:Flags", "StartWait", "15")]
    [InlineData("My:Flags", "BootstrapPath", "no/such/file.json")]
    [InlineData("My:Flags", "Defaults:a", null)]
    public async Task An_error_names_the_setting_in_its_real_section(string section, string setting, string? value)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { [$"{section}:EnvSecret"] = Clients.Secret, [$"{section}:{setting}"] = value });
        builder.Services.AddFfc(builder.Configuration.GetSection(section));
        using var host = builder.Build();
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Cancellation));

        Assert.Contains($"{section}:{setting}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Ffc:", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EnvSecrte")]
    [InlineData("Insights:BatchSiez")]
    [InlineData("Insights")]
    [InlineData("BatchSize")]
    [InlineData("Snapshot:Container")] // Read by the storage package, which this app does not use.
    public async Task An_unknown_setting_is_logged_without_its_value(string name)
    {
        var warning = Assert.Single(await WarningsAsync(($"Flags:{name}", "PRIVATE")));

        Assert.Equal($"Unknown setting Flags:{name} has no effect. Check the spelling", warning);
    }

    [Fact]
    public async Task A_known_setting_is_not_logged() => Assert.Empty(await WarningsAsync(
        ("Flags:envsecret", Clients.Secret),
        ("Flags:Insights:BatchSize", "10"),
        ("Flags:Defaults:any:flag", "x"),
        ("Flags:Team:Owner", "x"),
        ("Flags:Team:List:0", "x"),
        ("Other:Anything", "x")));

    [Fact]
    public void Every_bindable_property_is_a_known_setting()
    {
        var names = NamesOf(typeof(FfcOptions), "").ToList();
        Assert.True(names.Count > 20);
        var registration = new ClientRegistration
        {
            ServiceKey = null,
            Configuration = new ConfigurationBuilder().AddInMemoryCollection(
                names.Select(name => KeyValuePair.Create(name, (string?)"x"))).Build(),
        };

        Assert.Empty(UnknownSettings.Find(registration));

        static IEnumerable<string> NamesOf(Type type, string prefix) => type.GetProperties().SelectMany(property =>
            property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
                ? NamesOf(property.PropertyType, $"{prefix}{property.Name}:")
                : typeof(Delegate).IsAssignableFrom(property.PropertyType) ? [] : [prefix + property.Name]);
    }

    [Fact]
    public void Missing_arguments_are_rejected()
    {
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddFfc((IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddFfc((Action<FfcOptions>)null!));
    }

    private static async Task<IEnumerable<string>> WarningsAsync(params (string Name, string? Value)[] settings)
    {
        var logs = new FakeLogCollector();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(new FakeLoggerProvider(logs));
        builder.Configuration.AddInMemoryCollection(
            [.. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)), new("Flags:Offline", "true")]);
        builder.Services.AddFfc(builder.Configuration.GetSection("Flags")).AddKnownSettings("Team:Owner", "Team:List");
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        await host.StopAsync(Cancellation);
        return logs.GetSnapshot().Where(log => log.Level >= LogLevel.Warning).Select(log => log.Message);
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddFfc(configuration.GetSection("Ffc")).Services.BuildServiceProvider();
    }

    private static IHost Host(Dictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
        return builder.Build();
    }
}
