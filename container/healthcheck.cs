// Checks the health of the function app, because the image has neither a shell nor curl. The exit status is 0 if it is alive.
#:property PublishAot=false

var port = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';')[0] ?? "8080";
using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
try
{
    using var response = await client.GetAsync(new Uri($"http://localhost:{port}/api/health/live"));
    return response.IsSuccessStatusCode ? 0 : 1;
}
catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
