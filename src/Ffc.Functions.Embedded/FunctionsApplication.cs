namespace Ffc.Functions.Embedded;

/// <summary>The entry point: makes the builder of an application that runs functions on Kestrel alone.</summary>
public static class FunctionsApplication
{
    /// <summary>
    /// A builder that reads the environment's variables and the command line and runs the functions of the entry assembly.
    /// </summary>
    /// <param name="args">The command line; <c>--urls</c> says where to listen.</param>
    /// <exception cref="InvalidOperationException">The <c>host.json</c> beside the application cannot be read.</exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
