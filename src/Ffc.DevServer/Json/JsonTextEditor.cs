using System.Text;

namespace Ffc.DevServer.Json;

/// <summary>
/// Changes single values in JSON text. Comments, the order of members and white space elsewhere stay as they are.
/// </summary>
internal static class JsonTextEditor
{
    /// <summary>Returns a value as text. The indentation of its line is removed from the following lines.</summary>
    public static string Extract(ReadOnlySpan<byte> utf8, JsonSpan value)
    {
        var indent = IndentAt(utf8, value.MemberStart);
        var lines = SplitLines(Encoding.UTF8.GetString(utf8[value.Value]));
        return string.Join('\n', lines.Select((line, i) => i == 0 ? line : RemoveIndent(line, indent.Length)));
    }

    /// <summary>Replaces a value.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> utf8, JsonSpan value, string json) =>
        Splice(utf8, value.Start, value.End, Indent(utf8, json, IndentAt(utf8, value.MemberStart)));

    /// <summary>Adds a member or an item at the end of an object or array.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="container">The object or array.</param>
    /// <param name="json">The item; with its name if it is a member.</param>
    public static byte[] Append(ReadOnlySpan<byte> utf8, JsonContainer container, string json)
    {
        if (container.Items.Count > 0 && utf8[container.Start..container.End].IndexOf((byte)'\n') < 0)
            return AppendOnLine(utf8, container.Items[^1].End, json);

        var newLine = NewLine(utf8);
        var close = container.End - 1;
        var closeIndent = IndentAt(utf8, close);
        var first = container.Items.Count > 0 ? container.Items[0] : default(JsonSpan?);

        // The text before the closing bracket may end with a comment, so the item starts on its own line.
        var end = close;
        while (utf8[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            end--;
        var indent = first is { } item && IsFirstOnLine(utf8, item.MemberStart)
            ? IndentAt(utf8, item.MemberStart)
            : closeIndent + "  ";
        var hasTrailingComma = first is not null && FindComma(utf8, container.Items[^1].End) is not null;
        var tail = IsFirstOnLine(utf8, close) ? [] : Encoding.UTF8.GetBytes(newLine + closeIndent);
        byte[] added =
        [
            .. Encoding.UTF8.GetBytes(newLine + indent), .. Indent(utf8, json, indent),
            .. hasTrailingComma ? ","u8 : default, .. tail,
        ];
        var text = Splice(utf8, end, tail.Length > 0 ? close : end, added);
        return first is null || hasTrailingComma ? text : Splice(text, container.Items[^1].End, container.Items[^1].End, ","u8);
    }

    /// <summary>Removes a member or an item.</summary>
    public static byte[] Remove(ReadOnlySpan<byte> utf8, JsonContainer container, int index)
    {
        var (start, end) = (container.Items[index].MemberStart, container.Items[index].End);
        var text = utf8.ToArray();
        if (FindComma(text, end) is { } comma)
        {
            // A comment between the item and its comma belongs to the item.
            end = comma + 1;
        }
        else if (index > 0 && FindComma(text, container.Items[index - 1].End) is { } previousComma)
        {
            text = Splice(text, previousComma, previousComma + 1, default);
            (start, end) = (start - 1, end - 1);
        }

        // The complete line if nothing else is on it.
        if (IsFirstOnLine(text, start))
        {
            var after = end;
            while (after < text.Length && text[after] is (byte)' ' or (byte)'\t' or (byte)'\r')
                after++;
            if (after < text.Length && text[after] == '\n')
                (start, end) = (start - IndentAt(text, start).Length, after + 1);
        }

        return Splice(text, start, end, default);
    }

    /// <summary>Replaces a range of bytes.</summary>
    public static byte[] Splice(ReadOnlySpan<byte> utf8, int start, int end, ReadOnlySpan<byte> with) =>
        [.. utf8[..start], .. with, .. utf8[end..]];

    private static byte[] AppendOnLine(ReadOnlySpan<byte> utf8, int lastEnd, string json) =>
        FindComma(utf8, lastEnd) is { } comma
            ? Splice(utf8, comma + 1, comma + 1, [.. " "u8, .. Indent(utf8, json, IndentAt(utf8, lastEnd)), .. ","u8])
            : Splice(utf8, lastEnd, lastEnd, [.. ", "u8, .. Indent(utf8, json, IndentAt(utf8, lastEnd))]);

    private static byte[] Indent(ReadOnlySpan<byte> utf8, string json, string indent)
    {
        var lines = SplitLines(json);
        return Encoding.UTF8.GetBytes(string.Join(
            NewLine(utf8), lines.Select((line, i) => i == 0 || string.IsNullOrWhiteSpace(line) ? line : indent + line)));
    }

    // Not string.ReplaceLineEndings: strings may contain other line separators, such as U+2028.
    private static string[] SplitLines(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');

    private static string RemoveIndent(string line, int length)
    {
        var count = 0;
        while (count < length && count < line.Length && line[count] is ' ' or '\t')
            count++;
        return line[count..];
    }

    /// <summary>The white space at the start of the line of a position.</summary>
    private static string IndentAt(ReadOnlySpan<byte> utf8, int position)
    {
        var line = utf8[(utf8[..position].LastIndexOf((byte)'\n') + 1)..];
        return Encoding.UTF8.GetString(line[..line.IndexOfAnyExcept((byte)' ', (byte)'\t')]);
    }

    private static bool IsFirstOnLine(ReadOnlySpan<byte> utf8, int position)
    {
        var line = utf8[(utf8[..position].LastIndexOf((byte)'\n') + 1)..position];
        return line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0 && position > line.Length;
    }

    private static string NewLine(ReadOnlySpan<byte> utf8) => utf8.IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";

    /// <summary>The position of the comma after a value; null if there is none. Skips white space and comments.</summary>
    private static int? FindComma(ReadOnlySpan<byte> utf8, int position)
    {
        while (position < utf8.Length)
        {
            if (utf8[position..].StartsWith("//"u8))
                position = IndexAfter(utf8, position, "\n"u8);
            else if (utf8[position..].StartsWith("/*"u8))
                position = IndexAfter(utf8, position + 2, "*/"u8);
            else if (utf8[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                position++;
            else
                return utf8[position] == ',' ? position : null;
        }

        return null;
    }

    private static int IndexAfter(ReadOnlySpan<byte> utf8, int position, ReadOnlySpan<byte> mark)
    {
        var index = utf8[position..].IndexOf(mark);
        return index < 0 ? utf8.Length : position + index + mark.Length;
    }
}
