using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// A flag or segment as it arrived, before it is compiled. Only the compile delegate depends on the wire format. Items are
/// compiled one by one when they are needed, because most items of a message are usually known already.
/// </summary>
/// <typeparam name="T"><see cref="Flag"/> or <see cref="Segment"/>.</typeparam>
/// <param name="Id">The item's id; not empty.</param>
/// <param name="Version">The timestamp of the item, in Unix milliseconds.</param>
/// <param name="IsArchived">Whether the item was removed on the server.</param>
/// <param name="Json">The item's unchanged JSON, which snapshots store.</param>
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
