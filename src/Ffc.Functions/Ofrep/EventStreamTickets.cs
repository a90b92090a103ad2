using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// Issues and checks the tickets in the URLs of event streams, because a browser cannot send a key in a header of such a request.
/// A ticket admits its bearer to event streams, which contain no flags, and is valid for one to two hours. All instances issue
/// the same ticket within an hour, so that clients keep their URL.
/// </summary>
/// <param name="envSecret">The secret of the environment, from which the key of the signature is derived.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class EventStreamTickets(string envSecret, TimeProvider timeProvider)
{
    private const int SignatureBytes = 16;

    private readonly byte[] _key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(envSecret), "OFREP event streams"u8);

    private volatile Ticket _current = new(0, "");

    private long CurrentHour => timeProvider.GetUtcNow().ToUnixTimeSeconds() / 3600;

    /// <summary>The ticket of this hour. It is signed once, because every bulk evaluation returns it.</summary>
    public string Issue()
    {
        var (hour, current) = (CurrentHour, _current);
        if (current.Hour != hour)
            _current = current = new Ticket(hour, Sign(hour));
        return current.Text;
    }

    /// <summary>Whether the ticket was issued in this hour or in the previous one.</summary>
    public bool IsValid(string? ticket)
    {
        var hour = CurrentHour;
        return ticket is not null && (Equals(ticket, Sign(hour)) || Equals(ticket, Sign(hour - 1)));
    }

    private static bool Equals(string ticket, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(ticket), Encoding.UTF8.GetBytes(expected));

    private string Sign(long hour)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(hour.ToString(CultureInfo.InvariantCulture)), hash);
        return Base64Url.EncodeToString(hash[..SignatureBytes]);
    }

    private sealed record Ticket(long Hour, string Text);
}
