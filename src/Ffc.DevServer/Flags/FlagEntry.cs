using Ffc.DevServer.Json;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>A flag in the text of a flags file.</summary>
/// <param name="Key">The key of the flag; the id if it has no key.</param>
/// <param name="Json">The JSON as it is written, with its comments and without the indentation of its first line.</param>
/// <param name="Index">The index among the members or items that contain the flags.</param>
/// <param name="Span">The position of the JSON in the text.</param>
/// <param name="Item">The flag as it is served.</param>
internal sealed record FlagEntry(string Key, string Json, int Index, JsonSpan Span, IncomingItem<Flag> Item);
