namespace Ffc.Sdk.AzureStorage;

/// <summary>How a storage account authenticates this app.</summary>
internal enum StorageCredential
{
    /// <summary>By a key or a shared access signature in a connection string.</summary>
    Key,

    /// <summary>By the managed identity of the app.</summary>
    ManagedIdentity,

    /// <summary>By the first credential that <c>DefaultAzureCredential</c> finds, such as a developer's sign-in.</summary>
    Default,

    /// <summary>By the credential of a client that the application passes.</summary>
    Application,
}
