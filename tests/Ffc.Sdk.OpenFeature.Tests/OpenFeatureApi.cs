using OpenFeature;

namespace Ffc.Sdk.OpenFeature.Tests;

/// <summary>Registers providers with the real SDK of OpenFeature, each in a domain of its own.</summary>
internal static class OpenFeatureApi
{
    public static async Task<FeatureClient> ClientOfAsync(FeatureProvider provider, string? domain = null)
    {
        domain ??= Guid.NewGuid().ToString();
        await Api.Instance.SetProviderAsync(domain, provider);
        return Api.Instance.GetClient(domain);
    }
}
