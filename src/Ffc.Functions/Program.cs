using Ffc.Functions;
using Microsoft.Azure.Functions.Worker.Builder;

return await HostRunner.RunAsync(() =>
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.AddFfcFunctions();
    builder.ConfigureFunctionsWebApplication();
    return builder.Build();
});
