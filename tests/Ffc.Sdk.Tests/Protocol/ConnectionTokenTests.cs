using System.Globalization;
using CsCheck;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class ConnectionTokenTests
{
    // Computed by hand from the description of the token, for the secret of the other tests.
    [Theory]
    [InlineData(1_767_225_600_123, 0.0,
        "QQWBSZ2BXDXWWHDQQBWS9sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ")]
    [InlineData(1_767_225_600_123, 0.5,
        "QSSBSZ29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMBXDXWWHDQQBWSF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ")]
    [InlineData(1_767_225_600_123, 0.999999,
        "QDHBSZ29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMBXDXWWHDQQBWSQ")]
    [InlineData(987_654_321, 0.25,
        "QBDQUZ29sZGVuLWVudiUyUZXDHPSWBMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ")]
    public void Create_inserts_the_time_into_the_secret(long now, double random, string expected)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(now);

        Assert.Equal(expected, ConnectionToken.Create(Clients.Secret, time, new FixedRandom(random)));
    }

    [Fact]
    public void Create_inserts_the_time_anywhere_from_the_third_character_on()
    {
        var starts = Enumerable.Range(0, 2_000)
            .Select(_ => ConnectionToken.Create(Clients.Secret, DateTimeOffset.UnixEpoch.AddDays(20_000), Random.Shared))
            .Select(token => string.Concat(token[..3].Select(letter => "QBWSPHDXZU".IndexOf(letter))))
            .Select(digits => int.Parse(digits, CultureInfo.InvariantCulture))
            .ToHashSet();

        Assert.Equal((2, Clients.Secret.TrimEnd('=').Length - 1), (starts.Min(), starts.Max()));
        Assert.True(starts.Count > 40, $"only {starts.Count} different positions in 2,000 tokens");
    }

    [Fact]
    public void TryRead_returns_secret_and_time_of_a_created_token() =>
        Gen.Select(Gen.Char.AlphaNumeric.Array[2, 3_000], Gen.Int[0, 3], Gen.Long[0, 253_402_300_799_999], Gen.Int).Sample(
            (text, padding, now, seed) =>
            {
                var time = DateTimeOffset.FromUnixTimeMilliseconds(now);
                var token = ConnectionToken.Create(new string(text) + new string('=', padding), time, new Random(seed));

                Assert.True(ConnectionToken.TryRead(token, out var readSecret, out var readTime));
                Assert.Equal((new string(text), time), (readSecret, readTime));
            });

    [Theory]
    [InlineData("")]
    [InlineData("QQW")]
    [InlineData("QQWBS")]
    [InlineData("QQWBSZ2BXDXWW")] // ends before the time ends
    [InlineData("qqwbsz2bxdxwwhdqqbws9sZGVu")] // digits are upper-case letters
    [InlineData("UUUBSZ2BXDXWWHDQQBWS9sZGVu")] // starts beyond its end
    [InlineData("QQWUUZ2BXDXWWHDQQBWS9sZGVu")] // a time of 99 digits
    [InlineData("QQWBZZ2UUUUUUUUUUUUUUUUUUabc")] // a time after DateTimeOffset.MaxValue
    public void TryRead_returns_false_when_the_text_is_not_a_token(string token) =>
        Assert.False(ConnectionToken.TryRead(token, out _, out _));

    [Fact]
    public void TryRead_never_throws() =>
        Gen.OneOf(Gen.String, Gen.Char["QBWSPHDXZUab"].Array[0, 60].Select(letters => new string(letters)))
            .Sample(text => { ConnectionToken.TryRead(text, out _, out _); }, iter: 20_000);

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
