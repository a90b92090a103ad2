namespace Ffc.Sdk.Protocol;

/// <summary>A flag or segment as a server represents it.</summary>
internal interface IWireItem
{
    /// <summary>The members that identify the item.</summary>
    ItemEnvelope Envelope { get; }
}
