using System.Globalization;
using CsCheck;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class ConnectionTokenTests
{
    // Worked out by hand from the description of the token, for the secret of the other tests.
    [Theory]
    [InlineData(1_767_225_600_123, 0.0, "QQWBSZ2BXDXWWHDQQBWS9sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ")]
    [InlineData(1_767_225_600_123, 0.5, "QSSBSZ29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMBXDXWWHDQQBWSF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ")]
    [InlineData(1_767_225_600_123, 0.999999, "QDHBSZ29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMBXDXWWHDQQBWSQ")]
    [InlineData(987_654_321, 0.25, "QBDQUZ29sZGVuLWVudiUyUZXDHPSWBMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ")]
    public void A_token_weaves_the_time_into_the_secret(long now, double random, string expected) =>
        Assert.Equal(expected, ConnectionToken.Create(Clients.Secret, DateTimeOffset.FromUnixTimeMilliseconds(now), new FixedRandom(random)));

    [Fact]
    public void The_time_may_be_woven_in_anywhere_but_before_the_third_character()
    {
        var starts = Enumerable.Range(0, 2_000)
            .Select(_ => ConnectionToken.Create(Clients.Secret, DateTimeOffset.UnixEpoch.AddDays(20_000), Random.Shared))
            .Select(token => int.Parse(string.Concat(token[..3].Select(letter => "QBWSPHDXZU".IndexOf(letter))), CultureInfo.InvariantCulture))
            .ToHashSet();

        Assert.Equal((2, Clients.Secret.TrimEnd('=').Length - 1), (starts.Min(), starts.Max()));
        Assert.True(starts.Count > 40, $"only {starts.Count} different places in 2,000 tokens");
    }

    [Fact]
    public void A_token_read_back_gives_the_secret_without_padding_and_the_time() =>
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
    [InlineData("QQWBSZ2BXDXWW")] // ends within the time
    [InlineData("qqwbsz2bxdxwwhdqqbws9sZGVu")] // digits are upper case
    [InlineData("UUUBSZ2BXDXWWHDQQBWS9sZGVu")] // starts behind its end
    [InlineData("QQWUUZ2BXDXWWHDQQBWS9sZGVu")] // a time of 99 digits
    [InlineData("QQWBZZ2UUUUUUUUUUUUUUUUUUabc")] // a time after all times
    public void What_is_no_token_does_not_read_as_one(string token) => Assert.False(ConnectionToken.TryRead(token, out _, out _));

    [Fact]
    public void Reading_any_text_as_a_token_never_throws() =>
        Gen.OneOf(Gen.String, Gen.Char["QBWSPHDXZUab"].Array[0, 60].Select(letters => new string(letters)))
            .Sample(text => { ConnectionToken.TryRead(text, out _, out _); }, iter: 20_000);

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
