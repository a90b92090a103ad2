using Ffc.Functions;
using Ffc.Host;

return await HostRunner.RunAsync(() =>
{
    var builder = new FunctionHostBuilder(args);
    builder.Web.AddFfcFunctions();
    return builder.Build();
});
