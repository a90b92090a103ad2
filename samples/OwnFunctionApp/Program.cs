using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

// Two environments. Snapshots and undelivered insights are in the storage account of the app.
builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"))
    .AddAzureBlobStorage(builder.Configuration)
    .WaitForDataOnStart();
builder.Services.AddFfc("eu", builder.Configuration.GetSection("FfcEu"))
    .AddAzureBlobStorage(builder.Configuration)
    .WaitForDataOnStart();

// The user of an HTTP request, created once per request.
builder.Services.AddHttpContextAccessor();
builder.Services.AddScoped(services =>
    FfcUser.TryCreate(services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Request.Headers["x-user"], out var user)
        ? user
        : FfcUser.Builder("anonymous").Build());

builder.Build().Run();
