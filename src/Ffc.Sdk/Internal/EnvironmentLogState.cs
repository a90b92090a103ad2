using System.Collections;

namespace Ffc.Sdk.Internal;

/// <summary>The values of a log message and the environment of the client.</summary>
internal sealed class EnvironmentLogState<TState>(TState inner, string environment) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly IReadOnlyList<KeyValuePair<string, object?>> _values =
        inner as IReadOnlyList<KeyValuePair<string, object?>> ?? [];

    public TState Inner { get; } = inner;

    public int Count => _values.Count + 1;

    // The last value stays last: it is the template of the message.
    public KeyValuePair<string, object?> this[int index] => index == 0 ? new("Environment", environment) : _values[index - 1];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
            yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
