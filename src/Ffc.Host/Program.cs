using Ffc.Functions;
using Ffc.Host;

if (HostCommandLine.AsksForHelp(args))
{
    Console.WriteLine(HostCommandLine.Usage);
    return 0;
}

return await HostRunner.RunAsync(() =>
{
    var builder = new FunctionHostBuilder(args);
    builder.Web.AddFfcFunctions();
    return builder.Build();
});
