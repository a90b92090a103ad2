namespace Ffc.DevServer.Dashboard;

/// <summary>The log messages of the pages.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(
        EventId = 191, Level = LogLevel.Warning, Message = "The chart of the dashboard cannot be drawn by the browser: {Reason}")]
    public static partial void ChartFailed(ILogger logger, string reason);
}
