using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>Runs the body of a function. If it throws an <see cref="ApiProblem"/>, the problem is the response.</summary>
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
