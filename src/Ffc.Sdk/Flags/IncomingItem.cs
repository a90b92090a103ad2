using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// A flag or segment as it arrived, before it is compiled. Only its compile delegate knows the wire format behind it. Items are
/// compiled one by one when they are needed: most items of most messages are already known, and an item that is read and
/// dropped immediately costs the garbage collector next to nothing.
/// </summary>
/// <typeparam name="T"><see cref="Flag"/> or <see cref="Segment"/>.</typeparam>
/// <param name="Id">The item's id; not empty.</param>
/// <param name="Version">The item's own timestamp, in Unix milliseconds.</param>
/// <param name="IsArchived">Whether the item was removed on the server.</param>
/// <param name="Json">The item's JSON exactly as it arrived; snapshots store it unchanged.</param>
/// <param name="CompileCore">Compiles the item.</param>
internal sealed record IncomingItem<T>(
    string Id, long Version, bool IsArchived, ReadOnlyMemory<byte> Json, Func<IncomingItem<T>, ILogger, T> CompileCore)
    where T : class, IDataItem
{
    /// <summary>Compiles the item for evaluation.</summary>
    /// <param name="logger">Receives warnings about parts of the item that never match.</param>
    /// <exception cref="FormatException">The item is invalid. The message names the member, not its value.</exception>
    public T Compile(ILogger logger) => CompileCore(this, logger);
}
