using Ffc.Functions.Observability;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Settings;
using Ffc.Functions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

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
