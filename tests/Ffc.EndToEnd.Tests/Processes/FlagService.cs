using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.DevServer;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>The development server and the function app on Ffc.Host: two processes, connected by a real WebSocket.</summary>
public sealed class FlagService : IAsyncLifetime
{
    /// <summary>The function key of the app.</summary>
    public const string FunctionKey = "end-to-end-key";

    private readonly string _folder = Directory.CreateTempSubdirectory("ffc-").FullName;

    /// <summary>Settings of the app in addition to <see cref="Settings"/>.</summary>
    internal Dictionary<string, string> MoreSettings { get; init; } = [];

    internal AppProcess Server { get; private set; } = null!;

    internal AppProcess App { get; private set; } = null!;

    private string FlagsPath => Path.Combine(_folder, "flags.json");

    public async ValueTask InitializeAsync()
    {
        File.Copy(Path.Combine(Repository.Root, "samples", "flags.json"), FlagsPath);
        Server = await AppProcess.StartAsync(
            "Ffc.DevServer", [], "--flags", FlagsPath, "--urls", "http://127.0.0.1:0", "--control", "true");
        var settings = Settings(Server.BaseUri);
        foreach (var (name, value) in MoreSettings)
            settings[name] = value;
        App = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        App.Http.DefaultRequestHeaders.Add("x-functions-key", FunctionKey);
        await Eventually.Is(() => StatusOf(App, "/api/health/ready"), status => status == 200);
    }

    public async ValueTask DisposeAsync()
    {
        if (App is not null)
            await App.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The settings of an app that receives its flags from a server.</summary>
    internal static Dictionary<string, string> Settings(Uri server, string secret = DevServerOptions.DevelopmentSecret) => new()
    {
        ["Ffc__EnvSecret"] = secret,
        ["Ffc__StreamingUri"] = server.ToString(),
        ["Ffc__EventsUri"] = server.ToString(),
        ["Ffc__FunctionKey"] = FunctionKey,
    };

    /// <summary>Evaluates one flag through a function app.</summary>
    internal static async Task<JsonElement> EvaluateAsync(
        AppProcess app, string flagKey, object user, object? defaultValue = null)
    {
        using var response = await app.Http.PostAsJsonAsync($"/api/evaluate/{flagKey}", new { user, @default = defaultValue });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    internal static async Task<int> StatusOf(AppProcess app, string path)
    {
        using var response = await app.Http.GetAsync(path);
        return (int)response.StatusCode;
    }

    /// <summary>Edits the flags file that the development server watches.</summary>
    internal void EditFlags(Action<JsonArray> edit) => FlagsFile.Edit(FlagsPath, edit);
}
