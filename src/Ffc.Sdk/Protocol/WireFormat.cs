using System.Text.Json;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol;

/// <summary>
/// The representation of flags and segments in a server's messages. All servers use the same envelope, see <see
/// cref="MessageReader"/>.
/// </summary>
internal abstract class WireFormat
{
    /// <summary>The name of the member that contains the version of an item.</summary>
    public abstract string VersionMember { get; }

    /// <summary>Whether the ids of variations are numbers.</summary>
    public abstract bool HasNumericVariationIds { get; }

    /// <summary>
    /// Whether data without flags and segments means that the environment is empty. False if a server also sends it to clients
    /// with the secret of an environment that does not exist.
    /// </summary>
    public abstract bool IsEmptyAnswerReliable { get; }

    /// <summary>
    /// Reads the members that identify the item at the reader's position, and skips the others. If the end of the item has not
    /// arrived yet, the result has no meaning, and the reader is not at the end of the item.
    /// </summary>
    /// <exception cref="JsonException">The JSON is invalid.</exception>
    /// <exception cref="FormatException">One of these members has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">A string is not valid UTF-8.</exception>
    public abstract ItemEnvelope ReadEnvelope(ref Utf8JsonReader reader);

    /// <summary>
    /// Reads the whole flag at the reader's position, see <see cref="IncomingItem{T}.Wire"/>. If the end of the flag has not
    /// arrived yet, the result has no meaning, and the reader is not at the end of the flag.
    /// </summary>
    /// <returns>The flag as the server represents it; null for null.</returns>
    /// <exception cref="JsonException">The JSON is invalid.</exception>
    /// <exception cref="FormatException">A member has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">A string is not valid UTF-8.</exception>
    public abstract IWireItem? ReadFlag(ref Utf8JsonReader reader);

    /// <summary>Reads the whole segment at the reader's position.</summary>
    /// <inheritdoc cref="ReadFlag"/>
    public abstract IWireItem? ReadSegment(ref Utf8JsonReader reader);

    /// <summary>Compiles a flag.</summary>
    /// <exception cref="FormatException">The flag is invalid. The message names the member, not its value.</exception>
    public abstract Flag CompileFlag(IncomingItem<Flag> item, ILogger logger);

    /// <summary>Compiles a segment.</summary>
    /// <exception cref="FormatException">The segment is invalid. The message names the member, not its value.</exception>
    public abstract Segment CompileSegment(IncomingItem<Segment> item, ILogger logger);

    /// <inheritdoc cref="MessageReader.Read"/>
    public DataSync? ReadMessage(ReadOnlySpan<byte> utf8) => MessageReader.Read(utf8, this);
}
