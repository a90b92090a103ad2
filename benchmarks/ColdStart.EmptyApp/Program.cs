// What an ASP.NET Core application costs before it does anything: the yardstick of the cold start.
var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/", () => "Hello");
app.Run();
