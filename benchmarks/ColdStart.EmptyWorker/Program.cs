// An empty function app, with which the cold start of the worker is compared.
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Build().Run();

namespace Ffc.EmptyWorker
{
    public static class Hello
    {
        [Function("Hello")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "hello")] HttpRequest request) =>
            TypedResults.Text("Hello");
    }
}
