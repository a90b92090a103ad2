// Measures the time from the start of a process to the value of the first flag, beside the same app without flags. Each start
// is a new process that evaluates one flag of samples/flags.json offline, and prints it. Publish the program as ReadyToRun, as
// benchmarks/first-flag.sh does. The processor time of a start varies less than its time on a machine with other load.
//   FirstFlag measure [starts]
//   FirstFlag trace (client | host | addffc)
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Ffc.FirstFlag;
using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

switch (args)
{
    case ["console"]:
        FirstValue.Print("started");
        break;
    case ["client" or "host" or "addffc" or "featuremanagement"]:
        await FirstValue.OfAsync(args[0]);
        break;
    case ["trace", var mode]:
        using (var trace = new StartTrace())
        {
            await FirstValue.OfAsync(mode);
            trace.Print();
        }

        break;
    case ["measure", .. var starts]:
        Measure(starts is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 30);
        break;
    default:
        Console.Error.WriteLine("Pass 'measure' or 'trace'.");
        return 1;
}

return 0;

static void Measure(int starts)
{
    string[] modes = ["console", "client", "featuremanagement", "host", "addffc"];
    var times = modes.ToDictionary(mode => mode, _ => new List<(double Wall, double Processor)>());

    // The modes run in turns, so that other load affects all of them. The first two rounds fill the disk cache.
    for (var start = -2; start < starts; start++)
    {
        foreach (var mode in modes)
        {
            var time = TimeOf(mode);
            if (start >= 0)
                times[mode].Add(time);
        }
    }

    Console.WriteLine($"{starts} starts of each, in turns, {Environment.ProcessorCount} processors; medians, ms");
    Console.WriteLine($"{"",-44}{"time",8}{"fastest",10}{"processor time",17}");
    Print("empty console app", "console");
    Print("new FfcClient, first flag", "client");
    Print("Microsoft.FeatureManagement, first flag", "featuremanagement");
    Print("empty generic host", "host");
    Print("generic host with AddFfc, first flag", "addffc");
    PrintDifference("new FfcClient over the empty console app", "console", "client");
    PrintDifference("Microsoft.FeatureManagement over it", "console", "featuremanagement");
    PrintDifference("AddFfc over the empty host", "host", "addffc");

    void Print(string title, string mode) => Console.WriteLine(
        $"{title,-44}{Median(times[mode].Select(time => time.Wall)),8:F0}{times[mode].Min(time => time.Wall),10:F0}"
        + $"{Median(times[mode].Select(time => time.Processor)),17:F0}");

    void PrintDifference(string title, string empty, string mode) => Console.WriteLine(
        $"{title,-44}{Median(times[empty].Zip(times[mode], (without, with) => with.Wall - without.Wall)),+8:F0}"
        + $"{times[mode].Min(time => time.Wall) - times[empty].Min(time => time.Wall),+10:F0}"
        + $"{Median(times[empty].Zip(times[mode], (without, with) => with.Processor - without.Processor)),+17:F0}");
}

static (double Wall, double Processor) TimeOf(string mode)
{
    using var process = new Process
    {
        StartInfo = new ProcessStartInfo(Environment.ProcessPath!, [mode]) { RedirectStandardOutput = true },
    };
    var start = Stopwatch.GetTimestamp();
    process.Start();
    var line = process.StandardOutput.ReadLine();
    var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    var processorTime = double.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    process.WaitForExit();
    return line is "started" or "Willkommen!"
        ? (time, processorTime)
        : throw new InvalidOperationException($"{mode} printed '{line}'.");
}

static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

namespace Ffc.FirstFlag
{
    // In methods of their own, so that an empty app loads nothing of the SDK.
    internal static class FirstValue
    {
        /// <summary>Prints a text, and the processor time of the process in milliseconds.</summary>
        public static void Print(string text)
        {
            Console.WriteLine(text);
            Console.WriteLine(Environment.CpuUsage.TotalTime.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        }

        public static Task OfAsync(string mode)
        {
            if (mode is "host" or "addffc")
                return OfHostAsync(addFfc: mode == "addffc");
            if (mode == "featuremanagement")
                return OfFeatureManagementAsync();
            if (mode == "client")
                OfClient();
            return Task.CompletedTask;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void OfClient()
        {
            using var client = new FfcClient(Options(new FfcOptions()));
            Print(client);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static async Task OfHostAsync(bool addFfc)
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            if (addFfc)
                AddFfc(builder);
            using var host = builder.Build();
            await host.StartAsync();
            if (addFfc)
                Evaluate(host);
            else
                Print("started");
            await host.StopAsync();
        }

        // One flag in memory: reading a file, as the client does, would take more time.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static async Task OfFeatureManagementAsync()
        {
            var settings = new Dictionary<string, string?>
            {
                ["feature_management:feature_flags:0:id"] = "welcome",
                ["feature_management:feature_flags:0:enabled"] = "true",
                ["feature_management:feature_flags:0:conditions:client_filters:0:name"] = "Microsoft.Targeting",
                ["feature_management:feature_flags:0:conditions:client_filters:0:parameters:Audience:Users:0"] = "u1",
                ["feature_management:feature_flags:0:conditions:client_filters:0:parameters:Audience:DefaultRolloutPercentage"] =
                    "50",
            };
            var services = new ServiceCollection();
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
            services.AddFeatureManagement().AddFeatureFilter<ContextualTargetingFilter>();
            await using var provider = services.BuildServiceProvider();
            var features = provider.GetRequiredService<IVariantFeatureManager>();
            var isEnabled = await features.IsEnabledAsync("welcome", new TargetingContext { UserId = "u1" });
            Print(isEnabled ? "Willkommen!" : "off");
        }

        private static void AddFfc(HostApplicationBuilder builder) => builder.Services.AddFfc(options => Options(options));

        private static void Evaluate(IHost host) => Print(host.Services.GetRequiredService<IFfcClient>());

        private static FfcOptions Options(FfcOptions options)
        {
            options.Offline = true;
            options.BootstrapPath = Path.Combine(AppContext.BaseDirectory, "flags.json");
            return options;
        }

        private static void Print(IFfcClient client)
        {
            var user = FfcUser.Builder("u1").Country("DE").Build();
            Print(client.Variation("welcome-text", user, "the default"));
        }
    }
}
