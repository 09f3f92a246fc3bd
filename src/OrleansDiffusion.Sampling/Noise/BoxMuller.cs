using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OrleansDiffusion.Sampling.Noise;

/// <summary>The Box-Muller transform of 32-bit words, four pairs at a time, in double precision.</summary>
/// <remarks>
/// Built from additions, multiplications, one division and one square root, which IEEE 754 rounds alike everywhere, and
/// without fused operations or branches on other lanes' values. A value is hence the same to the last bit on every
/// machine and at every place in a vector, which the vector logarithm and sine of the runtime do not promise.
/// </remarks>
internal static class BoxMuller
{
    private const ulong MantissaMask = (1UL << 52) - 1;
    private const ulong OneBits = 0x3FF0_0000_0000_0000;
    private const ulong SqrtHalfBits = 0x3FE6_A09E_667F_3BCD;
    private const double TwoTo20 = 1 << 20;
    private const double TwoTo52 = 1L << 52;

    /// <summary>z0 = √(-2 ln u) cos 2πv and z1 = √(-2 ln u) sin 2πv.</summary>
    /// <param name="uWord">The words of u, below 2³².</param>
    /// <param name="vWord">The words of v, below 2³².</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> Z0, Vector256<double> Z1) Transform(
        Vector256<ulong> uWord,
        Vector256<ulong> vWord)
    {
        Vector256<double> radius = Vector256.Sqrt(-2.0 * Log(ToUnit(uWord)));
        (Vector256<double> cos, Vector256<double> sin) = CosSinOfTurns(ToUnit(vWord));
        return (radius * cos, radius * sin);
    }

    /// <summary>(r + 1/2) 2⁻³², exactly.</summary>
    /// <remarks>The last mantissa bit of a number in [2²⁰, 2²¹) is worth 2⁻³², so r is its mantissa as it stands.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToUnit(Vector256<ulong> word)
    {
        Vector256<ulong> exponent = Vector256.Create(TwoTo20).AsUInt64();
        return (word | exponent).AsDouble() - Vector256.Create(TwoTo20 - (0.5 / (1UL << 32)));
    }

    /// <summary>ln x of a normal positive x.</summary>
    /// <remarks>
    /// x = 2ᵏ m with m in [√½, √2), and ln m = 2 artanh s = s (2 + R(s²)) with s = (m - 1) / (m + 1).
    /// R is the minimax polynomial of Sun's fdlibm, error below 2⁻⁵⁸. There is no cancellation: for x near 1, k = 0.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Log(Vector256<double> x)
    {
        // The offset carries into the exponent just when the mantissa is at least that of √½.
        Vector256<ulong> shifted = x.AsUInt64() + Vector256.Create(OneBits - SqrtHalfBits);
        Vector256<double> k = ((shifted >>> 52) | Vector256.Create(TwoTo52).AsUInt64()).AsDouble()
            - Vector256.Create(TwoTo52 + 1023);
        Vector256<double> m =
            ((shifted & Vector256.Create(MantissaMask)) + Vector256.Create(SqrtHalfBits)).AsDouble();

        Vector256<double> s = (m - Vector256<double>.One) / (m + Vector256<double>.One);
        Vector256<double> z = s * s;
        Vector256<double> r = Vector256.Create(1.479819860511658591e-01);
        r = (r * z) + Vector256.Create(1.531383769920937332e-01);
        r = (r * z) + Vector256.Create(1.818357216161805012e-01);
        r = (r * z) + Vector256.Create(2.222219843214978396e-01);
        r = (r * z) + Vector256.Create(2.857142874366239149e-01);
        r = (r * z) + Vector256.Create(3.999999999940941908e-01);
        r = (r * z) + Vector256.Create(6.666666666666735130e-01);
        r = (r * z) + Vector256.Create(2.0);
        return (k * Vector256.Create(0.693147180559945309)) + (s * r);
    }

    /// <summary>cos 2πv and sin 2πv of v in [0, 1).</summary>
    /// <remarks>
    /// In turns the reduction to the nearest quarter is exact, so that no digits of π are lost near the zeros.
    /// The polynomials are the fdlibm kernels on [-π/4, π/4], error below 2⁻⁵⁷.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Cos, Vector256<double> Sin) CosSinOfTurns(Vector256<double> v)
    {
        // Adding 1.5 · 2⁵² rounds to an integer and leaves it in the low bits.
        Vector256<double> rounder = Vector256.Create(1.5 * TwoTo52);
        Vector256<double> rounded = (4.0 * v) + rounder;
        Vector256<ulong> quarter = rounded.AsUInt64();
        Vector256<double> x = (v - (0.25 * (rounded - rounder))) * Vector256.Create(double.Tau);

        Vector256<double> z = x * x;
        Vector256<double> sin = Vector256.Create(1.58969099521155010221e-10);
        sin = (sin * z) - Vector256.Create(2.50507602534068634195e-08);
        sin = (sin * z) + Vector256.Create(2.75573137070700676789e-06);
        sin = (sin * z) - Vector256.Create(1.98412698298579493134e-04);
        sin = (sin * z) + Vector256.Create(8.33333333332248946124e-03);
        sin = (sin * z) - Vector256.Create(1.66666666666666324348e-01);
        sin = x + (x * (z * sin));

        Vector256<double> cos = Vector256.Create(-1.13596475577881948265e-11);
        cos = (cos * z) + Vector256.Create(2.08757232129817482790e-09);
        cos = (cos * z) - Vector256.Create(2.75573143513906633035e-07);
        cos = (cos * z) + Vector256.Create(2.48015872894767294178e-05);
        cos = (cos * z) - Vector256.Create(1.38888888888741095749e-03);
        cos = (cos * z) + Vector256.Create(4.16666666666666019037e-02);
        cos = (cos * z) - Vector256.Create(0.5);
        cos = (cos * z) + Vector256<double>.One;

        // Quarter turns: (c, s), (-s, c), (-c, -s), (s, -c). Bit 0 swaps; bit 1 of q + 1 and of q are the signs.
        Vector256<double> swap = Vector256.Equals(quarter << 63, Vector256.Create(1UL << 63)).AsDouble();
        Vector256<ulong> signBit = Vector256.Create(1UL << 63);
        Vector256<ulong> cosSign = ((quarter + Vector256<ulong>.One) << 62) & signBit;
        Vector256<ulong> sinSign = (quarter << 62) & signBit;
        return (
            Vector256.ConditionalSelect(swap, sin, cos) ^ cosSign.AsDouble(),
            Vector256.ConditionalSelect(swap, cos, sin) ^ sinSign.AsDouble());
    }
}
