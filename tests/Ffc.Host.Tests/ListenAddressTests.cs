using System.Net;
using Ffc.Host.Http;
using Microsoft.Extensions.Configuration;

namespace Ffc.Host.Tests;

public class ListenAddressTests
{
    [Fact]
    public void Default_address_is_port_7071_on_loopback() =>
        Assert.Equal(["http://localhost:7071"], From([]));

    [Theory]
    [InlineData("http://localhost:5000")]
    [InlineData("http://LOCALHOST:5000")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.8.8.8:5000")]
    [InlineData("http://[::1]:5000")]
    [InlineData("http://127.0.0.1:5000;http://[::1]:5000")]
    [InlineData("http://unix:/tmp/ffc.sock")]
    public void Loopback_does_not_require_a_key(string urls) =>
        Assert.Equal(urls.Split(';'), From([new("urls", urls)]));

    [Theory]
    [InlineData("urls", "http://*:7071", "http://*:7071")]
    [InlineData("urls", "http://+:7071", "http://+:7071")]
    [InlineData("urls", "http://0.0.0.0:7071", "http://0.0.0.0:7071")]
    [InlineData("urls", "http://[::]:7071", "http://[::]:7071")]
    [InlineData("urls", "http://[::ffff:0.0.0.0]:7071", "http://[::ffff:0.0.0.0]:7071")]
    [InlineData("urls", "http://10.0.0.4:7071", "http://10.0.0.4:7071")]
    [InlineData("urls", "http://flags.example.com", "http://flags.example.com")]
    [InlineData("urls", "http://localhost.:7071", "http://localhost.:7071")]
    [InlineData("urls", "http://localhost.example.com", "http://localhost.example.com")]
    [InlineData("urls", "http://localhost:7071; http://*:80", "http://*:80")]
    [InlineData("urls", "https://*:443", "https://*:443")]
    [InlineData("URLS", "http://*:7071", "http://*:7071")]
    [InlineData("HTTP_PORTS", "8080", "http://*:8080")]
    [InlineData("HTTPS_PORTS", "8443", "https://*:8443")]
    [InlineData("http_ports", "80;8080", "http://*:80")]
    public void Other_addresses_are_rejected_without_a_key(string setting, string value, string named)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => From([new(setting, value)]));

        Assert.Contains($"'{named}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Ffc__FunctionKey", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "http://*:7071;http://0.0.0.0:80", "http://*:7071 http://0.0.0.0:80")]
    [InlineData("HTTP_PORTS", "80;8080", "http://*:80 http://*:8080")]
    public void Every_address_is_allowed_with_a_key(string setting, string value, string addresses) =>
        Assert.Equal(addresses.Split(' '), From([new(setting, value)], hasKey: true));

    [Fact]
    public void URLs_override_ports() =>
        Assert.Equal(["http://127.0.0.1:0"], From([new("urls", "http://127.0.0.1:0"), new("http_ports", "8080")]));

    [Theory]
    [InlineData("https://localhost:7071", "plain HTTP")]
    [InlineData("7071", "'7071'")]
    [InlineData("http://localhost:99999", "'http://localhost:99999'")]
    [InlineData("http://localhost:7071/base", "routePrefix")]
    public void An_invalid_address_is_rejected_with_a_message_that_names_it(string urls, string named)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => From([new("urls", urls)], hasKey: true));

        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_free_port_of_localhost_is_chosen_on_the_IPv4_loopback_address()
    {
        await using var host = await RunningHost.StartAsync<HttpRoutingTests.Greetings>(
            settings: ["--urls", "http://localhost:0"]);

        Assert.Equal(IPAddress.Loopback.ToString(), new Uri(host.Address).Host);
        Assert.Equal("hello", await host.GetStringAsync("api/hello"));
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:0")]
    [InlineData("--http_ports", "0")]
    public void Start_fails_on_a_public_address_without_a_key(string name, string value)
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => RunningHost.Builder([typeof(HttpRoutingTests.Greetings)], [name, value]).Build());

        Assert.Contains("Ffc__FunctionKey", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_with_a_key_starts_on_a_public_address()
    {
        await using var host = await RunningHost.StartAsync<HttpRoutingTests.Greetings>(
            settings: ["--urls", "http://0.0.0.0:0", "--Ffc:FunctionKey", "key"]);

        Assert.Equal(IPAddress.Any.ToString(), new Uri(host.Address).Host);
    }

    private static IReadOnlyList<string> From(KeyValuePair<string, string?>[] settings, bool hasKey = false) =>
        ListenAddresses.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), hasKey);
}
