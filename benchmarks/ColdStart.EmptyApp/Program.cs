// An empty ASP.NET Core application, with which the cold start is compared.
var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/", () => "Hello");
app.Run();
