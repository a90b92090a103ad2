using Ffc.Functions;
using Microsoft.Azure.Functions.Worker.Builder;

// The Functions host replaces a worker only if its exit status is not 0. It does not send SIGTERM when it stops a worker.
const int TerminatedStatus = 128 + 15;

return await HostRunner.RunAsync(
    () =>
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.AddFfcFunctions();
        builder.ConfigureFunctionsWebApplication();
        return builder.Build();
    },
    TerminatedStatus);
