using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansDiffusion.Sampling.Noise;

/// <summary>
/// Philox4x32-10: a keyed bijection on 128-bit counters whose outputs are statistically independent uniform bits.
/// </summary>
/// <remarks>
/// J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, <i>Parallel random numbers: as easy as 1, 2, 3</i>, SC 2011.
/// There is no state: any value is computed from its counter alone, in any order and on any machine.
/// </remarks>
public static class Philox4x32
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    // The keys walk by Weyl sequences: the golden ratio and sqrt(3) - 1.
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Maps one counter to four random words.</summary>
    /// <param name="counter">The counter, word 0 first.</param>
    /// <param name="key">The key; its low 32 bits are word 0.</param>
    public static (uint R0, uint R1, uint R2, uint R3) Permute(
        (uint C0, uint C1, uint C2, uint C3) counter,
        ulong key)
    {
        (uint x0, uint x1, uint x2, uint x3) = counter;
        uint key0 = (uint)key;
        uint key1 = (uint)(key >> 32);

        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x0;
            ulong product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ key0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ key1;
            x3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (x0, x1, x2, x3);
    }

    /// <summary>The same for four counters at once, word w of counter l in lane l of x_w.</summary>
    /// <remarks>
    /// Only the low half of a lane counts. The high half holds what the rounds leave there, and is cleared at the end.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Permute(
        ref Vector256<ulong> x0,
        ref Vector256<ulong> x1,
        ref Vector256<ulong> x2,
        ref Vector256<ulong> x3,
        ulong key)
    {
        Vector256<ulong> key0 = Vector256.Create(key);
        Vector256<ulong> key1 = Vector256.Create(key >> 32);

        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> product0 = MultiplyLow(x0, Vector256.Create((ulong)Multiplier0));
            Vector256<ulong> product1 = MultiplyLow(x2, Vector256.Create((ulong)Multiplier1));
            x0 = (product1 >>> 32) ^ x1 ^ key0;
            x1 = product1;
            x2 = (product0 >>> 32) ^ x3 ^ key1;
            x3 = product0;
            key0 += Vector256.Create((ulong)Weyl0);
            key1 += Vector256.Create((ulong)Weyl1);
        }

        x0 &= LowHalf;
        x1 &= LowHalf;
        x2 &= LowHalf;
        x3 &= LowHalf;
    }

    private static Vector256<ulong> LowHalf => Vector256.Create((ulong)uint.MaxValue);

    /// <summary>The 64-bit products of the low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyLow(Vector256<ulong> a, Vector256<ulong> b) => Avx2.IsSupported
        ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32())
        : (a & LowHalf) * (b & LowHalf);
}
