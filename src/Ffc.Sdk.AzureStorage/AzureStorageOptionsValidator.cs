using Microsoft.Extensions.Options;

namespace Ffc.Sdk.AzureStorage;

/// <summary>Checks that container names follow Azure's rules.</summary>
internal sealed class AzureStorageOptionsValidator : IValidateOptions<AzureStorageOptions>
{
    private const int MaxNameLength = 63;

    // The name with the suffix must also be valid.
    private static readonly int MaxOutboxNameLength = MaxNameLength - BlobOutbox.RejectedSuffix.Length;

    public ValidateOptionsResult Validate(string? name, AzureStorageOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(AzureStorageOptions options)
    {
        if (!IsContainerName(options.SnapshotContainer, MaxNameLength))
            yield return Fault(options.SettingPrefix + AzureStorageOptions.SnapshotSetting, MaxNameLength);
        if (!IsContainerName(options.OutboxContainer, MaxOutboxNameLength))
            yield return Fault(options.SettingPrefix + AzureStorageOptions.OutboxSetting, MaxOutboxNameLength);
    }

    private static string Fault(string setting, int maxLength) =>
        $"{setting}: must be a container's name: 3 to {maxLength} lower-case letters, digits and single hyphens.";

    private static bool IsContainerName(string? name, int maxLength) =>
        name is { Length: >= 3 }
        && name.Length <= maxLength
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && name.Split('-').All(part => part.Length > 0);
}
