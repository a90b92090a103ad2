using Ffc.Sdk.AzureStorage;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Tests.Storage;

public sealed class StorageConnectionTests
{
    private const string Account = "AzureWebJobsStorage:accountName=ffcstore";
    private const string Container = "https://ffcstore.blob.core.windows.net/c";

    [Theory]
    [InlineData("")]
    [InlineData("AzureWebJobsStorage=")]
    [InlineData("AzureWebJobsStorage:credential=managedidentity")]
    public void Returns_null_when_no_account_is_configured(string settings) =>
        Assert.Null(StorageConnection.From(Configuration(settings)));

    [Theory]
    [InlineData("AzureWebJobsStorage=UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1/c", "Key")]
    [InlineData(
        "AzureWebJobsStorage=DefaultEndpointsProtocol=https;AccountName=ffcstore;AccountKey=a2V5;EndpointSuffix=core.windows.net",
        Container, "Key")]
    [InlineData(
        "AzureWebJobsStorage=BlobEndpoint=https://ffcstore.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=2",
        Container, "Key")]
    [InlineData(Account, Container, "Default")]
    [InlineData(Account + "\nAzureWebJobsStorage:clientId=1234", Container, "Default")]
    [InlineData(Account + "\nAzureWebJobsStorage:credential=managedidentity", Container, "ManagedIdentity")]
    [InlineData(
        Account + "\nAzureWebJobsStorage:credential=ManagedIdentity\nAzureWebJobsStorage:clientId=1234",
        Container, "ManagedIdentity")]
    [InlineData(Account + "\nWEBSITE_INSTANCE_ID=5", Container, "ManagedIdentity")] // in Azure
    [InlineData(Account + "\nIDENTITY_ENDPOINT=http://localhost:1/", Container, "ManagedIdentity")]
    [InlineData(
        "AzureWebJobsStorage:blobServiceUri=https://ffcstore.blob.core.usgovcloudapi.net\n" + Account,
        "https://ffcstore.blob.core.usgovcloudapi.net/c", "Default")]
    public void Settings_select_the_account_and_the_credential(string settings, string container, string credential)
    {
        var storage = StorageConnection.From(Configuration(settings))!;

        Assert.Equal(container, storage.Container("c").Uri.GetLeftPart(UriPartial.Path));
        Assert.Equal(credential, storage.Credential.ToString());
    }

    [Theory]
    [InlineData("AzureWebJobsStorage=secret-words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("AzureWebJobsStorage=AccountKey=secret-words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("AzureWebJobsStorage=AccountName=a;AccountKey=secret-words", "AzureWebJobsStorage: its AccountKey is not base64")]
    [InlineData("AzureWebJobsStorage=AccountName=a;secret-words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("AzureWebJobsStorage:accountName=secret-words.blob", "AzureWebJobsStorage__accountName: must be the name")]
    [InlineData("AzureWebJobsStorage:accountName=a", "AzureWebJobsStorage__accountName: must be the name")]
    [InlineData("AzureWebJobsStorage:blobServiceUri=secret-words", "AzureWebJobsStorage__blobServiceUri: must be an https URI")]
    [InlineData(
        "AzureWebJobsStorage:blobServiceUri=http://secret-words",
        "AzureWebJobsStorage__blobServiceUri: must be an https URI")]
    [InlineData(
        Account + "\nAzureWebJobsStorage:credential=secret-words",
        "AzureWebJobsStorage__credential: must be managedidentity")]
    public void An_invalid_setting_is_named_without_its_value(string settings, string fault)
    {
        var error = Assert.Throws<InvalidOperationException>(() => StorageConnection.From(Configuration(settings)));

        Assert.StartsWith(fault, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-words", error.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0], (string?)parts[1])))
        .Build();
}
