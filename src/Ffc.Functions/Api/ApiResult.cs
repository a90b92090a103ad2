using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>Runs the body of a function and returns an <see cref="ApiProblem"/> that it throws as the response.</summary>
internal static class ApiResult
{
    public static async Task<IResult> From(Func<ValueTask<IResult>> function)
    {
        try
        {
            return await function();
        }
        catch (ApiProblem problem)
        {
            return problem;
        }
    }
}
