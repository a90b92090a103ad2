using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ffc.Sdk.Users;

/// <summary>
/// A user's custom properties by name. For few properties, a linear search takes half the time of a hash lookup. With more than
/// eight, an index is used. Only the builder changes an object.
/// </summary>
internal sealed class CustomProperties : IReadOnlyDictionary<string, string>
{
    public static readonly CustomProperties Empty = new();

    private const int MaxLinearSearch = 8;

    private KeyValuePair<string, string>[] _items;
    private Dictionary<string, int>? _index;

    public CustomProperties() => _items = [];

    public CustomProperties(CustomProperties other)
    {
        _items = [.. other._items];
        _index = other._index is null ? null : new Dictionary<string, int>(other._index, StringComparer.Ordinal);
        Count = other.Count;
    }

    public int Count { get; private set; }

    /// <summary>An estimate of the memory of the names and values, in bytes.</summary>
    public long EstimatedBytes
    {
        get
        {
            const int PropertyBytes = 64;
            var bytes = 0L;
            foreach (var (name, value) in _items.AsSpan(0, Count))
                bytes += PropertyBytes + (2L * (name.Length + value.Length));
            return bytes;
        }
    }

    public IEnumerable<string> Keys => this.Select(item => item.Key);

    public IEnumerable<string> Values => this.Select(item => item.Value);

    public string this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException("There is no such property.");

    public bool ContainsKey(string key) => Find(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var at = Find(key);
        value = at < 0 ? null : _items[at].Value;
        return at >= 0;
    }

    public void Set(string name, string value)
    {
        var at = Find(name);
        if (at < 0)
        {
            at = Count++;
            if (at == _items.Length)
                Array.Resize(ref _items, Math.Max(4, at * 2));
            _index?.Add(name, at);
        }

        _items[at] = new(name, value);
        if (_index is null && Count > MaxLinearSearch)
            _index = Enumerable.Range(0, Count).ToDictionary(i => _items[i].Key, StringComparer.Ordinal);
    }

    public void Remove(string name)
    {
        var at = Find(name);
        if (at < 0)
            return;

        // The last item replaces the removed one, because the order has no meaning.
        _index?.Remove(name);
        var last = _items[--Count];
        _items[Count] = default;
        if (at == Count)
            return;

        _items[at] = last;
        if (_index is not null)
            _index[last.Key] = at;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _items.Take(Count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(string name)
    {
        if (_index is not null)
            return _index.TryGetValue(name, out var at) ? at : -1;

        for (var i = 0; i < Count; i++)
        {
            if (_items[i].Key == name)
                return i;
        }

        return -1;
    }
}
