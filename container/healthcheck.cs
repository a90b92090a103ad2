// Asks the function app whether it is alive, since the image has neither a shell nor curl. Exits with 0 when it is.
#:property PublishAot=false

var port = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';')[0] ?? "8080";
using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
try
{
    using var answer = await client.GetAsync(new Uri($"http://localhost:{port}/api/health/live"));
    return answer.IsSuccessStatusCode ? 0 : 1;
}
catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
