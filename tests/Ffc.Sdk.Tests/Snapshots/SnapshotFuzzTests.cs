using System.Text;
using CsCheck;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>A snapshot that was changed in any way is decoded as it was written, or refused.</summary>
public sealed class SnapshotFuzzTests
{
    private static readonly Snapshot[] Written =
    [
        SnapshotFactory.Create(
            new FlagJson("a", 5).Serves("é 😀"),
            new FlagJson("b", 7).Targets(3, "tom", "ann"),
            new SegmentJson("s", 6).Includes("ina")),
        SnapshotFactory.Create(
            new FlagJson("a", 8).Serves("other"),
            new FlagJson("b", 7).Targets(3, "tom", "ann"),
            new FlagJson("c", 3)),
        SnapshotFactory.Create(),
        SnapshotCodec.Encode(
            SnapshotFactory.CreateData(new FlagJson("a", 9).Serves("another environment")),
            SnapshotFactory.OtherEnvironment,
            SnapshotFactory.Noon),
    ];

    private static readonly HashSet<string> Originals =
        [.. Written[..3].Select(snapshot => Describe(snapshot.Decode().Data!))];

    private static readonly string?[] Values =
    [
        null, "", "0", "1", "-1", "7", "8", "2", "99999999999999999999", "1e3", " 7", "é", "1__2__3", "1__2__4", "\u0000",
    ];

    private static readonly Gen<Snapshot> Any = Gen.Int[0, Written.Length - 1].Select(i => Written[i]);

    private static readonly Gen<byte[]> Content = Gen.OneOf(
        Gen.Select(Any, Gen.Select(Gen.Double[0, 1], Gen.Int[0, 7]).Array[1, 4]).Select(Flip),
        Gen.Select(Any, Gen.Double[0, 1], Gen.Double[0, 1]).Select(Cut),
        Gen.Select(Any, Any, Gen.Double[0, 1], Gen.Double[0, 1]).Select(Splice),
        Gen.Select(Any, Gen.Double[0, 1], Gen.Byte.Array[1, 8]).Select(Insert),
        Any.Select(snapshot => snapshot.Content.ToArray()));

    private static readonly Gen<Snapshot> Mutated = Gen.Select(
        Any,
        Gen.OneOf(Content, Content, Gen.Byte.Array[0, 300]),
        Gen.Select(
            Gen.Double[0, 1],
            Gen.OneOf(Gen.Int[0, Values.Length - 1].Select(i => Values[i]), Gen.Char.Select(c => (string?)c.ToString())))
            .Array[0, 2],
        Gen.Bool).Select((snapshot, content, changes, keepsContent) =>
        {
            var metadata = new Dictionary<string, string>(snapshot.Metadata);
            foreach (var (at, value) in changes)
            {
                var name = snapshot.Metadata.Keys.ElementAt(At(at, snapshot.Metadata.Count));
                if (value is { Length: 1 } && snapshot.Metadata[name].Length > 0)
                    metadata[name] = Replace(snapshot.Metadata[name], At(at * 7 % 1, snapshot.Metadata[name].Length), value[0]);
                else if (value is null)
                    metadata.Remove(name);
                else
                    metadata[name] = value;
            }

            return new Snapshot { Metadata = metadata, Content = keepsContent ? snapshot.Content : content };
        });

    [Fact]
    public void Mutated_snapshots_are_decoded_as_written_or_refused()
    {
        var (decoded, refused) = (0, 0);
        Mutated.Sample(
            snapshot =>
            {
                var result = snapshot.Decode();
                if (result.Data is null)
                {
                    Assert.NotEmpty(result.Error!);
                    Interlocked.Increment(ref refused);
                    return;
                }

                Assert.Contains(Describe(result.Data), Originals);
                Interlocked.Increment(ref decoded);
            },
            iter: 100_000);

        // Both outcomes must be frequent enough to be tested.
        Assert.InRange(decoded, 1_000, 50_000);
        Assert.InRange(refused, 50_000, 100_000);
    }

    [Fact]
    public void Mutated_JSON_with_a_matching_hash_never_throws()
    {
        var json = Encoding.UTF8.GetBytes(SnapshotFactory.Json(Written[0]));
        Gen.Select(Gen.Double[0, 1], Gen.Byte.Array[0, 4], Gen.Int[0, 20]).Array[1, 3].Sample(
            changes =>
            {
                var bytes = json;
                foreach (var (at, put, cut) in changes)
                {
                    var start = At(at, bytes.Length);
                    bytes = [.. bytes[..start], .. put, .. bytes[Math.Min(start + cut, bytes.Length)..]];
                }

                if (Written[0].WithJson(bytes).Decode().Data is { } data)
                    new DataStore(NullLogger<DataStore>.Instance).ApplySnapshot(data.Sync, data.Metadata.DataVersion, 0);
            },
            iter: 20_000);
    }

    private static string Describe(SnapshotData data) =>
        $"{data.Metadata.DataVersion} {data.Metadata.Environment} {data.Metadata.Flags} {data.Metadata.Segments}: "
        + string.Join(", ", data.Sync.Flags.Select(flag => Encoding.UTF8.GetString(flag.Json.Span)))
        + string.Join(", ", data.Sync.Segments.Select(segment => Encoding.UTF8.GetString(segment.Json.Span)));

    private static int At(double share, int length) => Math.Min((int)(share * length), length - 1);

    private static string Replace(string text, int at, char with) =>
        string.Concat(text.AsSpan(0, at), [with], text.AsSpan(at + 1));

    private static byte[] Flip(Snapshot snapshot, (double At, int Bit)[] flips)
    {
        var bytes = snapshot.Content.ToArray();
        foreach (var (at, bit) in flips)
            bytes[At(at, bytes.Length)] ^= (byte)(1 << bit);
        return bytes;
    }

    private static byte[] Cut(Snapshot snapshot, double from, double to)
    {
        var bytes = snapshot.Content.ToArray();
        var (start, end) = (At(Math.Min(from, to), bytes.Length), At(Math.Max(from, to), bytes.Length));
        return [.. bytes[..start], .. bytes[end..]];
    }

    private static byte[] Splice(Snapshot one, Snapshot other, double end, double start) =>
        [.. one.Content.Span[..At(end, one.Content.Length)], .. other.Content.Span[At(start, other.Content.Length)..]];

    private static byte[] Insert(Snapshot snapshot, double at, byte[] more)
    {
        var bytes = snapshot.Content.ToArray();
        var place = At(at, bytes.Length);
        return [.. bytes[..place], .. more, .. bytes[place..]];
    }
}
