using System.Text.Json;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>FFC's representation of flags and segments.</summary>
internal sealed class FfcWireFormat : WireFormat
{
    public static readonly FfcWireFormat Instance = new();

    private FfcWireFormat()
    {
    }

    public override string VersionMember => "timestamp";

    public override bool HasNumericVariationIds => true;

    public override bool IsEmptyAnswerReliable => true;

    public override ItemEnvelope ReadEnvelope(ref Utf8JsonReader reader) => WireReader.ReadEnvelope(ref reader);

    public override IWireItem? ReadFlag(ref Utf8JsonReader reader) => WireReader.ReadFlag(ref reader);

    public override IWireItem? ReadSegment(ref Utf8JsonReader reader) => WireReader.ReadSegment(ref reader);

    public override Flag CompileFlag(IncomingItem<Flag> item, ILogger logger) => FlagCompiler.CompileFlag(item, logger);

    public override Segment CompileSegment(IncomingItem<Segment> item, ILogger logger) =>
        FlagCompiler.CompileSegment(item, logger);
}
