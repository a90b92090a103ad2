using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Ffc.Sdk;

/// <summary>One client that is registered with the services of an app. Changed only while the services are registered.</summary>
internal sealed class ClientRegistration
{
    /// <summary>The key of the client; null for the client without a key.</summary>
    public required string? ServiceKey { get; init; }

    /// <summary>The settings of the client; null if they are set in code.</summary>
    public IConfiguration? Configuration { get; init; }

    /// <summary>Whether the client has the flags of a test. The host does not start it.</summary>
    public bool IsTest { get; init; }

    /// <summary>Whether the start of the host waits for the data of the client.</summary>
    public bool WaitsForData { get; set; }

    /// <summary>Settings in the section that other code reads.</summary>
    public HashSet<string> KnownSettings { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string OptionsName => ServiceKey ?? Options.DefaultName;

    /// <summary>The text before the name of a setting in messages.</summary>
    public string SettingPrefix => PrefixOf(Configuration);

    public static string PrefixOf(IConfiguration? configuration) => configuration switch
    {
        IConfigurationSection { Path.Length: > 0 } section => $"{section.Path}:",
        null => FfcOptions.DefaultSettingPrefix,
        _ => "",
    };
}
