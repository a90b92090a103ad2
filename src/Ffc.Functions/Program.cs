using System.Net.Sockets;
using Ffc.Functions.Observability;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.Services.AddBlobStorage(builder.Configuration);
    builder.ConfigureFunctionsWebApplication();
    builder.Services.TryAddSingleton(TimeProvider.System);
    builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
    builder.Services.AddOptions<OfrepOptions>().Bind(builder.Configuration.GetSection(OfrepOptions.Section)).ValidateOnStart();
    builder.Services.AddTelemetryExport(builder.Configuration);

    builder.Build().Run();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or OptionsValidationException or IOException or InvalidDataException or SocketException)
{
    // A setting, a file or a port that cannot work: its message says all, and is not to drown in a crash report.
    var what = e is SocketException ? "the host cannot listen on its address: " : "";
    await Console.Error.WriteLineAsync($"error: {what}{e.Message}");
    return 1;
}
