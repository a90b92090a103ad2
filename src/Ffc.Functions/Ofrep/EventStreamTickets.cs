using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// Issues and checks the tickets in the URLs of event streams, because a browser cannot send a key in a header of such a request.
/// A ticket admits its bearer to event streams, which contain no flags, and is valid for 5 to 10 minutes. All instances issue
/// the same ticket within 5 minutes, so that clients keep their URL.
/// </summary>
/// <param name="envSecret">The secret of the environment, from which the key of the signature is derived.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class EventStreamTickets(string envSecret, TimeProvider timeProvider)
{
    private const int PeriodSeconds = 300;
    private const int SignatureBytes = 16;

    // A client that was away for longer, such as a closed laptop, evaluates its flags again in any case.
    private const int MaxExpiredPeriods = 24 * 3600 / PeriodSeconds;

    private readonly byte[] _key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(envSecret), "OFREP event streams"u8);

    private volatile Ticket _current = new(0, "");

    private long CurrentPeriod => timeProvider.GetUtcNow().ToUnixTimeSeconds() / PeriodSeconds;

    /// <summary>The ticket of this period. It is signed once, because every bulk evaluation returns it.</summary>
    public string Issue()
    {
        var (period, current) = (CurrentPeriod, _current);
        if (current.Period != period)
            _current = current = new Ticket(period, Sign(period));
        return current.Text;
    }

    /// <summary>
    /// Checks a ticket. A ticket of a later period is valid: the clock of the instance that issued it may be ahead.
    /// </summary>
    public TicketState Check(string? ticket)
    {
        if (ticket?.Split('.', 2) is not [var number, _]
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var period)
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(ticket), Encoding.UTF8.GetBytes(Sign(period))))
        {
            return TicketState.Invalid;
        }

        return (CurrentPeriod - period) switch
        {
            <= 1 => TicketState.Valid,
            <= MaxExpiredPeriods => TicketState.Expired,
            _ => TicketState.Invalid,
        };
    }

    private string Sign(long period)
    {
        var number = period.ToString(CultureInfo.InvariantCulture);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(number), hash);
        return $"{number}.{Base64Url.EncodeToString(hash[..SignatureBytes])}";
    }

    private sealed record Ticket(long Period, string Text);
}
