namespace Ffc.Sdk.FeatureManagement;

/// <summary>Settings of the feature manager that evaluates the flags of a client. Set them in code.</summary>
public sealed class FfcFeatureManagementOptions
{
    /// <summary>
    /// Creates the user from a context object that the app passes to the feature manager. If it is null or returns null, an
    /// <see cref="FfcUser"/> is used as it is, and the user of an <c>ITargetingContext</c> has the key <c>UserId</c> and, if it
    /// has groups, the custom property <c>groups</c> with their names, separated by commas. Must be thread-safe. An exception
    /// from it reaches the caller of the feature manager.
    /// </summary>
    public Func<object, FfcUser?>? CreateUser { get; set; }

    /// <summary>
    /// The user of calls without a context object, if there is no <c>ITargetingContextAccessor</c> or if its context is null or
    /// has no user ID. All these calls get the same result. By default, its key is <c>anonymous</c>.
    /// </summary>
    public FfcUser AnonymousUser { get; set; } = FfcUser.Builder("anonymous").Build();
}
