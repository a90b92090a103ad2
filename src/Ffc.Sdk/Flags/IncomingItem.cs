using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// A flag or segment as it arrived. Only the compile delegate depends on the wire format. An item that is not prepared yet is
/// compiled when it is needed, see <see cref="ItemPreparation"/>.
/// </summary>
/// <typeparam name="T"><see cref="Flag"/> or <see cref="Segment"/>.</typeparam>
/// <param name="Id">The item's id; not empty.</param>
/// <param name="Version">The timestamp of the item, in Unix milliseconds.</param>
/// <param name="IsArchived">Whether the item was removed on the server.</param>
/// <param name="Json">The item's unchanged JSON; empty after the item was prepared.</param>
/// <param name="CompileCore">Compiles the item.</param>
internal sealed record IncomingItem<T>(
    string Id, long Version, bool IsArchived, ReadOnlyMemory<byte> Json, Func<IncomingItem<T>, ILogger, T> CompileCore)
    where T : class, IDataItem
{
    /// <summary>The item as the server represents it; null if its JSON is not parsed yet.</summary>
    public object? Wire { get; init; }

    /// <summary>The content of the item that is compiled. Set when the item is prepared.</summary>
    public ItemContent Content { get; init; }

    /// <summary>The variations of the message's other flags; null if the flag shares no variations.</summary>
    public VariationPool? Variations { get; init; }

    /// <summary>The compiled item; null if the item is not prepared, or invalid.</summary>
    public T? Compiled { get; init; }

    /// <summary>Why the prepared item cannot be compiled; null if it can.</summary>
    public string? Error { get; init; }

    /// <summary>Compiles the item for evaluation, or returns the compiled item if the item is prepared.</summary>
    /// <param name="logger">Receives warnings about parts of the item that never match.</param>
    /// <exception cref="FormatException">The item is invalid. The message names the member, not its value.</exception>
    public T Compile(ILogger logger) =>
        Error is null ? Compiled ?? CompileCore(this, logger) : throw new FormatException(Error);
}
