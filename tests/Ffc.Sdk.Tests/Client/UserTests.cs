using System.Text.Json;

namespace Ffc.Sdk.Tests.Client;

public sealed class UserTests
{
    [Fact]
    public void Builder_sets_key_built_in_and_custom_properties()
    {
        var user = FfcUser.Builder("k").Name("n").Email("e").Country("c")
            .Custom("plan", "pro").Custom("age", 42.5).Custom("vip", true).Build();

        Assert.Equal("key=k name=n email=e country=c age=42.5 plan=pro vip=true", Text(user));
    }

    [Theory]
    [InlineData(30, "30")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(-9007199254740992d, "-9007199254740992")]
    [InlineData(1e300, "1E+300")]
    public void A_number_is_its_shortest_text_and_a_whole_number_has_no_exponent(double value, string text) =>
        Assert.Equal(text, FfcUser.Builder("k").Custom("n", value).Build().Custom["n"]);

    [Fact]
    public void Only_the_key_is_required() =>
        Assert.Equal("key=k", Text(FfcUser.Builder("k").Name(null).Email("").Country(null).Build()));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\n")]
    public void Build_throws_when_the_key_is_blank(string? key) =>
        Assert.Equal("key", Assert.Throws<InvalidUserException>(() => FfcUser.Builder(key!).Build()).Member);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\n")]
    public void TryCreate_returns_false_when_the_key_is_blank(string? key)
    {
        Assert.False(FfcUser.TryCreate(key, out var user));
        Assert.Null(user);
    }

    [Fact]
    public void TryCreate_creates_a_user_with_only_the_key()
    {
        Assert.True(FfcUser.TryCreate("k", out var user));
        Assert.Equal("key=k", Text(user));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("email")]
    [InlineData("country")]
    public void Build_throws_when_a_built_in_property_is_blank(string member)
    {
        var builder = FfcUser.Builder("k");
        _ = member switch { "name" => builder.Name(" "), "email" => builder.Email(" "), _ => builder.Country(" ") };

        Assert.Equal(member, Assert.Throws<InvalidUserException>(builder.Build).Member);
    }

    [Fact]
    public void Custom_replaces_the_property_of_the_same_name_and_null_removes_it()
    {
        var user = FfcUser.Builder("k")
            .Custom("a", "1").Custom("a", "2").Custom("b", "1").Custom("b", null).Custom("A", "3").Custom("", "4").Build();

        Assert.Equal("key=k =4 A=3 a=2", Text(user));
    }

    [Fact]
    public void A_later_change_to_the_builder_does_not_affect_the_user()
    {
        var builder = FfcUser.Builder("k").Custom("a", "1");
        var user = builder.Build();
        builder.Custom("a", "2").Custom("b", "3").Name("n");

        Assert.Equal("key=k a=1", Text(user));
        Assert.Equal("key=k name=n a=2 b=3", Text(builder.Build()));
    }

    [Theory]
    [InlineData("Key")]
    [InlineData("KEYID")]
    [InlineData("KeyId")]
    [InlineData("NAME")]
    [InlineData("Email")]
    [InlineData("cOUNTRY")]
    public void A_custom_property_with_the_name_of_a_built_in_one_in_any_case_is_ignored(string name)
    {
        Assert.Equal("key=k", Text(FfcUser.Builder("k").Custom(name, "x").Custom(name, 1).Custom(name, true).Build()));
        Assert.Equal("key=k", Text(FfcUser.FromJson($$"""{ "key": "k", "{{name}}": "x" }""")));
    }

    [Theory]
    [InlineData("""{ "key": "k" }""", "key=k")]
    [InlineData("""{ "keyid": "k" }""", "key=k")]
    [InlineData("""{ "key": "k", "keyid": "other" }""", "key=k")]
    [InlineData("""{ "keyid": "other", "key": "k" }""", "key=k")]
    [InlineData("""{ "key": null, "keyid": "k" }""", "key=k")]
    [InlineData("""{ "key": "k", "name": "n", "email": "e", "country": "c" }""", "key=k name=n email=e country=c")]
    [InlineData("""{ "key": "k", "name": "", "email": null }""", "key=k")]
    [InlineData("""{ "key": "k", "plan": "pro", "Plan": "x" }""", "key=k Plan=x plan=pro")]
    [InlineData("""{ "key": "k", "a": true, "b": false }""", "key=k a=true b=false")]
    [InlineData("""{ "key": "k", "a": 1, "b": 1.50, "c": -1E+3 }""", "key=k a=1 b=1.50 c=-1E+3")]
    [InlineData("""{ "key": "k", "a": 12345678901234567890123 }""", "key=k a=12345678901234567890123")]
    [InlineData("""{ "key": "k", "a": null }""", "key=k")]
    [InlineData("""{ "key": "k", "a": "1", "a": null }""", "key=k")]
    [InlineData("""{ "key": "日本", "na\u006De": "😀" }""", "key=日本 name=😀")]
    public void FromJson_reads_a_flat_JSON_object(string json, string expected)
    {
        Assert.Equal(expected, Text(FfcUser.FromJson(json)));
        Assert.Equal(expected, Text(FfcUser.FromJson(JsonDocument.Parse(json).RootElement)));
    }

    [Theory]
    [InlineData("{}", "key")]
    [InlineData("""{ "name": "n" }""", "key")]
    [InlineData("""{ "key": null }""", "key")]
    [InlineData("""{ "key": "" }""", "key")]
    [InlineData("""{ "key": "  " }""", "key")]
    [InlineData("""{ "key": "", "keyid": "k" }""", "key")] // present, but blank
    [InlineData("""{ "keyid": " " }""", "key")]
    [InlineData("""{ "key": 7 }""", "key")]
    [InlineData("""{ "key": true }""", "key")]
    [InlineData("""{ "key": {} }""", "key")]
    [InlineData("""{ "key": "k", "name": " " }""", "name")]
    [InlineData("""{ "key": "k", "email": "\t" }""", "email")]
    [InlineData("""{ "key": "k", "country": "\u2003" }""", "country")]
    [InlineData("""{ "key": "k", "name": 7 }""", "name")]
    [InlineData("""{ "key": "k", "custom": { "plan": "pro" } }""", "custom")]
    [InlineData("""{ "key": "k", "tags": ["a"] }""", "tags")]
    [InlineData("""{ "key": "k\ud800" }""", "key")]
    [InlineData("""{ "key": "k", "plan": "\udc00" }""", "plan")]
    [InlineData("""{ "key": "k", "pl\ud800an": "x" }""", "user")]
    [InlineData("7", "user")]
    [InlineData("null", "user")]
    [InlineData("[]", "user")]
    [InlineData("\"k\"", "user")]
    [InlineData("", "user")]
    [InlineData("{", "user")]
    public void FromJson_throws_and_names_the_member_when_the_user_is_invalid(string json, string member)
    {
        var exception = Assert.Throws<InvalidUserException>(() => FfcUser.FromJson(json));

        Assert.Equal(member, exception.Member);
        Assert.EndsWith($"{exception.Fault}.", exception.Message, StringComparison.Ordinal);
        if (member != "user")
            Assert.Contains($"'s {member} ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_throws_when_the_text_has_an_unpaired_surrogate()
    {
        var json = "{\"key\":\"" + '\ud800' + "\"}";

        Assert.Equal("user", Assert.Throws<InvalidUserException>(() => FfcUser.FromJson(json)).Member);
    }

    [Fact]
    public void Errors_and_ToString_do_not_reveal_the_user()
    {
        var exception = Assert.Throws<InvalidUserException>(() =>
            FfcUser.FromJson("""{ "key": "ada@example.com", "mail": { "home": "ada@example.com" } }"""));

        Assert.DoesNotContain("ada", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ada", FfcUser.Builder("ada").Custom("x", "ada").Build().ToString(), StringComparison.Ordinal);
    }

    private static string Text(FfcUser user)
    {
        (string Name, string? Value)[] properties =
        [
            ("key", user.Key),
            ("name", user.Name),
            ("email", user.Email),
            ("country", user.Country),
            .. user.Custom.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => (item.Key, (string?)item.Value)),
        ];
        return string.Join(' ', properties.Where(item => item.Value is not null).Select(item => $"{item.Name}={item.Value}"));
    }
}
