using System.Text.Json;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>FeatBit's representation of flags and segments.</summary>
internal sealed class FeatBitWireFormat : WireFormat
{
    public static readonly FeatBitWireFormat Instance = new();

    private FeatBitWireFormat()
    {
    }

    public override string VersionMember => "updatedAt";

    public override bool HasNumericVariationIds => false;

    public override bool IsEmptyAnswerReliable => false;

    public override ItemEnvelope ReadEnvelope(ref Utf8JsonReader reader) => WireReader.ReadEnvelope(ref reader);

    public override IWireItem? ReadFlag(ref Utf8JsonReader reader) => WireReader.ReadFlag(ref reader);

    public override IWireItem? ReadSegment(ref Utf8JsonReader reader) => WireReader.ReadSegment(ref reader);

    public override Flag CompileFlag(IncomingItem<Flag> item, ILogger logger) => FlagCompiler.CompileFlag(item, logger);

    public override Segment CompileSegment(IncomingItem<Segment> item, ILogger logger) =>
        FlagCompiler.CompileSegment(item, logger);
}
