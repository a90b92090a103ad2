using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Internal;

namespace Ffc.Benchmarks;

/// <summary>Hashes a user key, as each new user requires.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("hash of a user key")]
public class HashBenchmarks
{
    private readonly byte[] _key = "customers-004217"u8.ToArray();

    [Benchmark(Baseline = true, Description = "managed MD5"), Target("<= 150 ns, 0 B")]
    public int Managed() => Md5.Hash(_key);

    [Benchmark(Description = "MD5 of the platform"), Target("")]
    public int Platform()
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Not used for security.
        MD5.HashData(_key, hash);
#pragma warning restore CA5351
        return BitConverter.ToInt32(hash);
    }
}
