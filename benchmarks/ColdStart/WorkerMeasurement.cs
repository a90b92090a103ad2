namespace Ffc.ColdStart;

/// <summary>Measures the cold start of the published function app on the Functions host, beside an empty function app.</summary>
internal static class WorkerMeasurement
{
    public static async Task RunAsync(
        string output,
        int runs,
        EvaluationRequest request,
        (string Name, string Value)[] blobs,
        (string Name, string Value)[] file)
    {
        var (empty, withBlobs, withFile) = (new Times(), new Times(), new Times());
        for (var run = -1; run < runs; run++)
        {
            await using (var app = await WorkerApp.StartAsync(
                Path.Combine(output, "ColdStart.EmptyWorker"), "ColdStart.EmptyWorker.dll", []))
                empty.Add(run, await app.CorrectResponseAsync("Hello", "/api/hello", "{}", "Hello"));
            withBlobs.Add(run, await MeasureAsync(blobs));
            withFile.Add(run, await MeasureAsync(file));
        }

        Console.WriteLine($"{runs} runs, {Environment.ProcessorCount} processors; medians in ms from process start");
        Console.WriteLine($"{"",-50}{"time",8}{"fastest",10}{"processor time",17}");
        empty.Print("empty function app: first response");
        withBlobs.Print("function app, snapshot in a blob: first correct");
        withFile.Print("function app, snapshot in a file: first correct");
        withBlobs.PrintOver("blob, over the empty function app", empty);
        withFile.PrintOver("file, over the empty function app", empty);

        async Task<(double, double)> MeasureAsync((string, string)[] settings)
        {
            await using var app = await WorkerApp.StartAsync(
                Path.Combine(output, "Ffc.Functions"), "Ffc.Functions.dll", settings);
            return await AnswerAsync(app, request);
        }
    }

    /// <summary>Lets an instance receive the flags from the server and write its snapshot when it stops.</summary>
    public static async Task WriteSnapshotAsync(
        string output, EvaluationRequest request, (string Name, string Value)[] settings)
    {
        await using var app = await WorkerApp.StartAsync(Path.Combine(output, "Ffc.Functions"), "Ffc.Functions.dll", settings);
        await AnswerAsync(app, request);
        await app.StopAsync();
    }

    private static Task<(double, double)> AnswerAsync(WorkerApp app, EvaluationRequest request) => app.CorrectResponseAsync(
        "EvaluateFlag",
        $"/api/evaluate/{request.FlagKey}",
        request.Body,
        $"\"variation\":{System.Text.Json.JsonSerializer.Serialize(request.ExpectedValue, RealisticFlags.Plain)}",
        ("flagKey", request.FlagKey));

    private sealed class Times
    {
        private readonly List<(double Time, double ProcessorTime)> _times = [];

        public void Add(int run, (double Time, double ProcessorTime) time)
        {
            // The first run fills the disk cache.
            if (run >= 0)
                _times.Add(time);
        }

        public void Print(string title) => Print(title, _times, _times.Min(time => time.Time), "F0");

        public void PrintOver(string title, Times other) => Print(
            title,
            [.. _times.Zip(other._times, (one, empty) => (one.Time - empty.Time, one.ProcessorTime - empty.ProcessorTime))],
            _times.Min(time => time.Time) - other._times.Min(time => time.Time),
            "+0;-0");

        private static void Print(string title, List<(double Time, double ProcessorTime)> times, double fastest, string format) =>
            Console.WriteLine($"{title,-50}{Median(times.Select(time => time.Time)).ToString(format),8}"
                + $"{fastest.ToString(format),10}{Median(times.Select(time => time.ProcessorTime)).ToString(format),17}");

        private static double Median(IEnumerable<double> values) =>
            values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
    }
}
