using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.FeatBit;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.FeatBit;

/// <summary>Reads messages of a FeatBit server as the client does.</summary>
internal static class FeatBitMessage
{
    public static DataSync Read(string message) =>
        FeatBitWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(message))
        ?? throw new InvalidOperationException("The message is not a data-sync.");

    public static Flag Compile(FeatBitFlagJson flag) =>
        Read(MessageJson.Full(flag)).Flags[0].Compile(NullLogger.Instance);
}
