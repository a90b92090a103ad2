using System.Text.Json;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Flags.Short;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Servers;

/// <summary>The parts of the development server that differ between the kinds of servers.</summary>
internal abstract class DevProtocol
{
    /// <summary>The name of the server, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The secret that clients must send if the options contain none.</summary>
    public abstract string DevelopmentSecret { get; }

    /// <summary>The name of the file with sample flags.</summary>
    public abstract string SampleFile { get; }

    public abstract WireFormat Format { get; }

    public abstract string TrackPath { get; }

    /// <summary>The header of insights requests that contains the secret.</summary>
    public abstract string SecretHeader { get; }

    /// <summary>Whether the upgrade request must contain the secret in <see cref="SecretHeader"/>, too.</summary>
    public abstract bool RequiresHeaderOnStream { get; }

    /// <summary>The longest time by which a token may be newer than the server's clock.</summary>
    public abstract TimeSpan MaxTokenLead { get; }

    /// <summary>The answer to a ping.</summary>
    public abstract ReadOnlyMemory<byte> Pong { get; }

    /// <summary>The path that returns the data over HTTP; null if there is none.</summary>
    public abstract string? LatestAllPath { get; }

    /// <summary>The largest number of events in one request.</summary>
    public abstract int MaxEvents { get; }

    /// <summary>Returns the protocol of a secret; the protocol of FFC if there is none.</summary>
    /// <exception cref="FormatException">The secret is invalid. The message repeats no part of it.</exception>
    public static DevProtocol ForSecret(string? secret) => ForFormat(ServerProtocol.FormatOf(secret ?? "", default));

    /// <summary>
    /// Returns the protocol of a flags file. If the file does not determine it, returns the protocol of the secret.
    /// </summary>
    /// <exception cref="FormatException">The secret is invalid. The message repeats no part of it.</exception>
    public static DevProtocol ForFlags(ReadOnlyMemory<byte> file, string? secret)
    {
        try
        {
            using var document = FlagsFileParser.ParseJson(file);
            if (!FlagsFileParser.IsMessage(document.RootElement))
                return ForServer(FlagsFileParser.FindServer(document.RootElement)) ?? ForSecret(secret);
            return ForFormat(ServerProtocol.FormatOf("", CompactJson.Write(document.WriteTo)));
        }
        catch (Exception exception) when (exception is FormatException or ProtocolException)
        {
            return new FfcDevProtocol();
        }
    }

    private static DevProtocol? ForServer(string? name) => name switch
    {
        FlagsFileParser.FeatBit => new FeatBitDevProtocol(),
        FlagsFileParser.Ffc => new FfcDevProtocol(),
        _ => null,
    };

    private static DevProtocol ForFormat(WireFormat format)
    {
        var featBit = new FeatBitDevProtocol();
        return format == featBit.Format ? featBit : new FfcDevProtocol();
    }

    /// <summary>Checks that a secret belongs to this kind of server.</summary>
    /// <exception cref="FormatException">It does not. The message repeats no part of the secret.</exception>
    public abstract void CheckSecret(string secret);

    /// <summary>Reads a flag completely.</summary>
    /// <exception cref="FormatException">A member has the wrong type; the message names it.</exception>
    public abstract void Check(IncomingItem<Flag> flag);

    /// <summary>Reads a segment completely.</summary>
    /// <exception cref="FormatException">A member has the wrong type; the message names it.</exception>
    public abstract void Check(IncomingItem<Segment> segment);

    /// <summary>
    /// Finds mistakes in a valid flags file: content that clients ignore or treat in an unexpected way. Returns one warning for
    /// each.
    /// </summary>
    public abstract IEnumerable<string> Lint(DataSync data);

    /// <summary>The path of the member that turns a flag on or off, and its JSON for each state.</summary>
    public abstract (string[] Path, string On, string Off) StateMember { get; }

    /// <summary>The key of a flag; null if it has none.</summary>
    public abstract string? ReadKey(IncomingItem<Flag> flag);

    /// <summary>Returns the variations that a flag declares, with their names if they have names.</summary>
    public abstract IEnumerable<VariationView> ReadVariations(JsonElement flag);

    /// <summary>Returns the names of the rules of a flag, in the order of the compiled rules.</summary>
    public abstract IEnumerable<string> ReadRuleNames(JsonElement flag);

    /// <summary>The value of <c>$server</c> in a flags file of the short form.</summary>
    public abstract string FileServer { get; }

    /// <summary>Whether flags can require other flags.</summary>
    public abstract bool HasPrerequisites { get; }

    /// <summary>The id of a variation of the short form.</summary>
    public abstract string VariationIdOf(ShortVariation variation);

    /// <summary>Writes a flag of the short form in the form of the server.</summary>
    public abstract void Write(Utf8JsonWriter writer, ShortFlag flag);

    /// <summary>Writes a segment of the short form in the form of the server.</summary>
    public abstract void Write(Utf8JsonWriter writer, ShortSegment segment);

    /// <summary>The list of evaluations in an event, and the member of an evaluation with the flag key.</summary>
    public abstract (string List, string FlagKey) EvaluationMembers { get; }

    /// <summary>
    /// Returns a secret that is not confidential and belongs to the environment of a real secret, so that its clients find the
    /// flags of the environment.
    /// </summary>
    public abstract string GetLocalSecret(string realSecret);

    /// <summary>Creates a random secret for the environment of another secret.</summary>
    public abstract string CreateSecret(string sameEnvironment);

    /// <summary>Whether everybody knows a secret: it is a sample, or the ids of its environment determine it.</summary>
    public bool IsPublic(string secret) => secret == DevelopmentSecret || secret == GetLocalSecret(secret);

    /// <summary>The prefix of the ids of all flags of the environment; empty if ids have no prefix.</summary>
    public abstract string GetFlagIdPrefix(string secret);

    /// <summary>Writes the member that contains the version of an item.</summary>
    public abstract void WriteVersion(Utf8JsonWriter writer, long version);

    /// <summary>Why the server does not accept an event, as the end of a sentence; null if it does.</summary>
    public abstract string? FindFault(JsonElement item);

    /// <summary>Returns the evaluations of an event.</summary>
    public abstract IEnumerable<EvaluationView> ReadEvaluations(JsonElement item);
}
