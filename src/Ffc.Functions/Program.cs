using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.TryAddSingleton(TimeProvider.System);
builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));

builder.Build().Run();
