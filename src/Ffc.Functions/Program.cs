using Ffc.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// The Functions host replaces a worker only if its exit status is not 0. It does not send SIGTERM when it stops a worker.
const int TerminatedStatus = 128 + 15;

return await HostRunner.RunAsync(
    () =>
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.AddFfcFunctions();
        builder.ConfigureFunctionsWebApplication();

        // MVC adds a service that creates encryption keys during the start, which takes 20 to 30 ms. This app encrypts nothing.
        foreach (var service in builder.Services.Where(IsDataProtection).ToList())
            builder.Services.Remove(service);
        return builder.Build();
    },
    TerminatedStatus);

static bool IsDataProtection(ServiceDescriptor service) =>
    service.ServiceType == typeof(IHostedService)
    && service.ImplementationType?.Assembly.GetName().Name == "Microsoft.AspNetCore.DataProtection";
