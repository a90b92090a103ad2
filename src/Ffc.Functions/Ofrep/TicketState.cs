namespace Ffc.Functions.Ofrep;

/// <summary>What the check of a ticket found.</summary>
internal enum TicketState
{
    /// <summary>The ticket was not issued for this environment, or more than a day ago.</summary>
    Invalid,

    /// <summary>The ticket was issued more than 5 to 10 minutes ago.</summary>
    Expired,

    /// <summary>The ticket admits its bearer.</summary>
    Valid,
}
