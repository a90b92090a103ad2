using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class UriCredentialsTests
{
    [Theory]
    [InlineData("The proxy 'http://ann:s3cret@proxy:8080/' failed.", "The proxy 'http://proxy:8080/' failed.")]
    [InlineData("The proxy 'http://ann:s3 cret@proxy:8080/' failed.", "The proxy 'http://proxy:8080/' failed.")]
    [InlineData("https://ann@a/ and https://b:c@d/x@y", "https://a/ and https://d/x@y")]
    [InlineData("Write to ann@example.org", "Write to ann@example.org")]
    [InlineData("", "")]
    public void Remove_removes_user_information_from_addresses(string text, string expected) =>
        Assert.Equal(expected, UriCredentials.Remove(text));

    [Theory]
    [InlineData("https://ann:s3cret@host/path", "https://host/path")]
    [InlineData("ann:s3cret@host:80", "host:80")]
    [InlineData("https://host/?token=s3cret", "https://host/?…")]
    [InlineData("Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9f", "Z29s…")]
    [InlineData("localhost", "localhost")]
    public void Show_contains_no_secret(string address, string expected) =>
        Assert.Equal(expected, UriCredentials.Show(address));

    [Theory]
    [InlineData("Could not find a part of the path '/proc/x'.", "Could not find a part of the path '/proc/x'")]
    [InlineData("Is http://ann:s3cret@proxy the right address?", "Is http://proxy the right address")]
    [InlineData("Connection refused", "Connection refused")]
    public void SafeMessage_has_neither_credentials_nor_a_final_full_stop(string message, string expected) =>
        Assert.Equal(expected, new IOException(message).SafeMessage());
}
