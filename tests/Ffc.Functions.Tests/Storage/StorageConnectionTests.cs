using Ffc.Functions.Storage;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Tests.Storage;

public sealed class StorageConnectionTests
{
    private const string Account = "AzureWebJobsStorage:accountName=ffcstore";

    [Theory]
    [InlineData("")]
    [InlineData("AzureWebJobsStorage=")]
    [InlineData("AzureWebJobsStorage:credential=managedidentity")]
    public void Without_an_account_there_is_no_storage(string settings) => Assert.Null(StorageConnection.From(Configuration(settings)));

    [Theory]
    [InlineData("AzureWebJobsStorage=UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1/c", "key")]
    [InlineData("AzureWebJobsStorage=DefaultEndpointsProtocol=https;AccountName=ffcstore;AccountKey=a2V5;EndpointSuffix=core.windows.net", "https://ffcstore.blob.core.windows.net/c", "key")]
    [InlineData("AzureWebJobsStorage=BlobEndpoint=https://ffcstore.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=2", "https://ffcstore.blob.core.windows.net/c", "key")]
    [InlineData(Account, "https://ffcstore.blob.core.windows.net/c", "default")]
    [InlineData(Account + "\nAzureWebJobsStorage:clientId=1234", "https://ffcstore.blob.core.windows.net/c", "default")]
    [InlineData(Account + "\nAzureWebJobsStorage:credential=managedidentity", "https://ffcstore.blob.core.windows.net/c", "managed identity")]
    [InlineData(Account + "\nAzureWebJobsStorage:credential=ManagedIdentity\nAzureWebJobsStorage:clientId=1234", "https://ffcstore.blob.core.windows.net/c", "managed identity")]
    [InlineData(Account + "\nWEBSITE_INSTANCE_ID=5", "https://ffcstore.blob.core.windows.net/c", "managed identity")] // in Azure
    [InlineData(Account + "\nIDENTITY_ENDPOINT=http://localhost:1/", "https://ffcstore.blob.core.windows.net/c", "managed identity")]
    [InlineData("AzureWebJobsStorage:blobServiceUri=https://ffcstore.blob.core.usgovcloudapi.net\n" + Account, "https://ffcstore.blob.core.usgovcloudapi.net/c", "default")]
    public void Settings_say_where_and_with_which_credential(string settings, string container, string credential)
    {
        var storage = StorageConnection.From(Configuration(settings))!;

        Assert.Equal(container, storage.Container("c").Uri.GetLeftPart(UriPartial.Path));
        Assert.Equal(credential, storage.Credential);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage=secret-words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("AzureWebJobsStorage=AccountKey=secret-words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("AzureWebJobsStorage=AccountName=a;secret-words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("AzureWebJobsStorage:accountName=secret-words.blob", "AzureWebJobsStorage__accountName: must be the name")]
    [InlineData("AzureWebJobsStorage:accountName=a", "AzureWebJobsStorage__accountName: must be the name")]
    [InlineData("AzureWebJobsStorage:blobServiceUri=secret-words", "AzureWebJobsStorage__blobServiceUri: must be an https URI")]
    [InlineData("AzureWebJobsStorage:blobServiceUri=http://secret-words", "AzureWebJobsStorage__blobServiceUri: must be an https URI")]
    [InlineData(Account + "\nAzureWebJobsStorage:credential=secret-words", "AzureWebJobsStorage__credential: must be managedidentity")]
    public void A_setting_that_cannot_work_is_named_and_not_repeated(string settings, string fault)
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
