using Ffc.Sdk.Internal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ffc.Sdk;

/// <summary>
/// Creates the clients when the host starts, and disposes them when the host stops. The waiting insights are sent when the stop
/// is announced, because the host may first wait for requests in progress.
/// </summary>
internal sealed partial class FfcHostedService(IServiceProvider services) : IHostedService
{
    private readonly List<ClientRegistration> _registrations =
        [.. services.GetServices<ClientRegistration>().Where(registration => !registration.IsTest)];

    // The clients connect in the background. Only clients that the app asks to wait for delay the start of the host.
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var clients = _registrations.ConvertAll(Create);
        await Task.WhenAll(_registrations.Zip(clients, (registration, client) => registration.WaitsForData
            ? WaitAsync(registration, client, cancellationToken)
            : Task.CompletedTask)).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_registrations.ConvertAll(registration => ClientOf(registration).DisposeAsync().AsTask()));

    private FfcClient ClientOf(ClientRegistration registration) => registration.ServiceKey is { } key
        ? services.GetRequiredKeyedService<FfcClient>(key)
        : services.GetRequiredService<FfcClient>();

    private FfcOptions OptionsOf(ClientRegistration registration) =>
        services.GetRequiredService<IOptionsMonitor<FfcOptions>>().Get(registration.OptionsName);

    private ILogger LoggerOf(ClientRegistration registration) =>
        OptionsOf(registration).LoggerFactory.CreateLogger<FfcHostedService>();

    private FfcClient Create(ClientRegistration registration)
    {
        var client = ClientOf(registration);
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(
            () => _ = client.FlushAsync(CancellationToken.None));
        foreach (var name in UnknownSettings.Find(registration))
            LogUnknownSetting(LoggerOf(registration), registration.SettingPrefix + name);
        return client;
    }

    private async Task WaitAsync(ClientRegistration registration, FfcClient client, CancellationToken cancellationToken)
    {
        var startWait = OptionsOf(registration).StartWait;
        if (await client.WaitForDataAsync(startWait, cancellationToken).ConfigureAwait(false))
            return;

        var error = client.UpdateStatusProvider.Status.LastError?.Message ?? "none";
        LogNoData(LoggerOf(registration), DurationText.Format(startWait), error);
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Unknown setting {Name} has no effect. Check the spelling")]
    private static partial void LogUnknownSetting(ILogger logger, string name);

    [LoggerMessage(EventId = 9, Level = LogLevel.Warning,
        Message = "The host starts without flag data, after waiting for at most {StartWait}. Evaluations return the default "
            + "until data arrives. Last error: {Error}")]
    private static partial void LogNoData(ILogger logger, string startWait, string error);
}
