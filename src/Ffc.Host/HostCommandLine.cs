using Ffc.DevServer.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace Ffc.Host;

/// <summary>The options and the settings on the command line of the program.</summary>
internal sealed record HostCommandLine
{
    public const string Usage = """
        usage: Ffc.Host [--flags <file>] [--featbit] [--urls <url>[;<url>…]] [--<section>:<name> <value>]…
          --flags     the flags file of the development server, which the program starts if no server is configured;
                      changes to the file are pushed to the app
          --featbit   the development server is a FeatBit server
          --urls      the addresses to listen on; http://localhost:7071 by default
          --help      prints this text
        Every setting of README.md is an option, too: --Ffc:EnvSecret=<secret>
        """;

    public const string FlagsOption = "--flags";
    public const string FeatBitOption = "--featbit";

    private const string Prefix = "--";

    // All other settings are in a section.
    private static readonly string[] SettingsWithoutSection =
    [
        WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey, HostDefaults.EnvironmentKey,
        "AzureWebJobsStorage",
    ];

    private static readonly string[] PrefixesOfTelemetrySettings = ["OTEL_", "APPLICATIONINSIGHTS_"];

    /// <summary>The flags file of the development server; null for the sample flags.</summary>
    public string? FlagsPath { get; private init; }

    /// <summary>Whether the development server is a FeatBit server.</summary>
    public bool UseFeatBit { get; private init; }

    /// <summary>
    /// The first option on the command line that is for the development server; null if the command line has none.
    /// </summary>
    public string? DevelopmentOption => FlagsPath is not null ? FlagsOption : UseFeatBit ? FeatBitOption : null;

    /// <summary>The settings, which override those of environment variables.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private init; } = new Dictionary<string, string?>();

    /// <summary>Whether the arguments ask for a description of the options.</summary>
    public static bool AsksForHelp(string[] args) => args.Any(argument => argument is "--help" or "-h");

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">An argument is unknown, or its value is missing. The message names it.</exception>
    public static HostCommandLine Parse(string[] args)
    {
        var values = CommandLine.Parse(
            args, name => name == FeatBitOption, name => name == FlagsOption || IsSetting(name), Invalid);
        return new HostCommandLine
        {
            FlagsPath = values.GetValueOrDefault(FlagsOption),
            UseFeatBit = values.TryGetValue(FeatBitOption, out var useFeatBit) && bool.Parse(useFeatBit),
            Settings = values.Where(option => IsSetting(option.Key))
                .ToDictionary(
                    option => option.Key[Prefix.Length..], string? (option) => option.Value, StringComparer.OrdinalIgnoreCase),
        };
    }

    private static bool IsSetting(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return false;

        var setting = name[Prefix.Length..];
        return setting.Contains(':', StringComparison.Ordinal)
            || SettingsWithoutSection.Contains(setting, StringComparer.OrdinalIgnoreCase)
            || PrefixesOfTelemetrySettings.Any(prefix => setting.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }

    private static ArgumentException Invalid(string reason)
    {
        var hint = reason.Contains("__", StringComparison.Ordinal)
            ? " On the command line, write the name of a setting with colons, such as --Ffc:EnvSecret."
            : "";
        return new ArgumentException($"{reason}.{hint} --help lists the options.");
    }
}
