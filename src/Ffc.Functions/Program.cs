using System.Net.Sockets;
using Ffc.Functions.Observability;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Settings;
using Ffc.Functions.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.Configuration.AddHostLogLevels();
    builder.Services.AddBlobStorage(builder.Configuration);
    builder.ConfigureFunctionsWebApplication();
    builder.Services.TryAddSingleton(TimeProvider.System);
    builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
    builder.Services.AddOptions<OfrepOptions>().Bind(builder.Configuration.GetSection(OfrepOptions.Section)).ValidateOnStart();
    builder.Services.AddHostedService<UnknownSettings>();
    builder.Services.AddTelemetryExport(builder.Configuration);

    builder.Build().Run();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or OptionsValidationException or IOException or InvalidDataException or SocketException)
{
    // A setting, a file or a port that cannot work: its message says all, and is not to drown in a crash report.
    string[] faults = e switch
    {
        OptionsValidationException invalid => [.. invalid.Failures],
        IOException { InnerException: AddressInUseException } => [$"{e.Message} Give another one: --urls http://localhost:<port>"],
        SocketException => [$"the host cannot listen on its address: {e.Message}"],
        _ => [e.Message],
    };
    foreach (var fault in faults)
        await Console.Error.WriteLineAsync($"error: {fault}");
    return 1;
}
