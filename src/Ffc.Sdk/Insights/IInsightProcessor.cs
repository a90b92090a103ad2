namespace Ffc.Sdk.Insights;

/// <summary>Takes the events of evaluations and sees to it that they reach the server.</summary>
internal interface IInsightProcessor
{
    /// <summary>Whether anybody wants events. Where nobody does, none are made.</summary>
    bool IsEnabled { get; }

    /// <summary>Takes an evaluation's events: the flag's own, and behind it those of its prerequisites. Never waits, never throws.</summary>
    void Record(FlagEvent last);
}

/// <summary>Wants no events.</summary>
internal sealed class NullInsightProcessor : IInsightProcessor
{
    public bool IsEnabled => false;

    public void Record(FlagEvent last)
    {
    }
}
