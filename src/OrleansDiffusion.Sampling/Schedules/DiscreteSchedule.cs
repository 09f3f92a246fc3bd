using System.Collections.Immutable;

namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>
/// The discrete schedules that networks are trained with: ᾱ_i = Π_{k≤i} (1 − β_k), α = √ᾱ, σ = √(1 − ᾱ), computed in
/// float64 (diffusers keeps the same tables in float32). Its time is the training timestep, 0 to TrainSteps − 1.
/// </summary>
public sealed class DiscreteSchedule : VariancePreservingSchedule
{
    private readonly ImmutableArray<double> _ouTimes; // s_i = −ln ᾱ_i, increasing

    /// <summary>A schedule from its betas.</summary>
    /// <param name="name">The name by which it is asked for.</param>
    /// <param name="betas">β_i, each in (0, 1); at least two.</param>
    /// <exception cref="ArgumentException">Fewer than two betas, or one outside (0, 1).</exception>
    public DiscreteSchedule(string name, IReadOnlyList<double> betas)
    {
        ArgumentNullException.ThrowIfNull(betas);
        if (betas.Count < 2)
            throw new ArgumentException($"a schedule needs at least 2 betas, got {betas.Count}", nameof(betas));

        Name = name;
        var alphaBars = ImmutableArray.CreateBuilder<double>(betas.Count);
        var product = 1.0;
        foreach (var beta in betas)
        {
            if (!(beta is > 0 and < 1))
                throw new ArgumentException($"betas must lie in (0, 1), got {beta}", nameof(betas));
            alphaBars.Add(product *= 1 - beta);
        }

        AlphaBars = alphaBars.MoveToImmutable();
        _ouTimes = [.. AlphaBars.Select(a => -Math.Log(a))];
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>ᾱ_i for i = 0 to TrainSteps − 1, decreasing.</summary>
    public ImmutableArray<double> AlphaBars { get; }

    /// <summary>Number of training timesteps.</summary>
    public int TrainSteps => AlphaBars.Length;

    /// <inheritdoc/>
    public override double MaxOuTime => _ouTimes[^1];

    /// <summary>Betas equally spaced (Ho et al. 2020).</summary>
    /// <param name="trainSteps">Number of training timesteps.</param>
    /// <param name="start">β_0.</param>
    /// <param name="end">The last β.</param>
    public static DiscreteSchedule Linear(int trainSteps = 1000, double start = 1e-4, double end = 0.02) =>
        new("linear", Linspace(start, end, trainSteps));

    /// <summary>Square roots of the betas equally spaced (latent diffusion, Rombach et al. 2022).</summary>
    /// <param name="trainSteps">Number of training timesteps.</param>
    /// <param name="start">β_0.</param>
    /// <param name="end">The last β.</param>
    public static DiscreteSchedule ScaledLinear(int trainSteps = 1000, double start = 0.00085, double end = 0.012) =>
        new("scaled-linear", [.. Linspace(Math.Sqrt(start), Math.Sqrt(end), trainSteps).Select(root => root * root)]);

    /// <summary>ᾱ(t) = cos²((t + 0.008)/1.008 · π/2), betas capped at 0.999 (Nichol and Dhariwal 2021).</summary>
    /// <param name="trainSteps">Number of training timesteps.</param>
    public static DiscreteSchedule Cosine(int trainSteps = 1000)
    {
        return new("cosine", [.. Enumerable.Range(0, trainSteps).Select(Beta)]);

        double AlphaBar(double t) => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2);
        double Beta(int i) =>
            Math.Min(1 - (AlphaBar((i + 1.0) / trainSteps) / AlphaBar((double)i / trainSteps)), 0.999);
    }

    /// <summary>The level at a timestep; between two timesteps OU time is interpolated linearly.</summary>
    /// <param name="time">0 to TrainSteps − 1; it may be fractional.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside the table.</exception>
    public override NoiseLevel At(double time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TrainSteps - 1);
        var below = (int)time;
        var fraction = time - below;
        var alphaBar = fraction == 0
            ? AlphaBars[below]
            : Math.Exp(-double.Lerp(_ouTimes[below], _ouTimes[below + 1], fraction));
        return new NoiseLevel(Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar), time);
    }

    /// <summary>The inverse of <see cref="At"/>, held at the ends of the table.</summary>
    /// <param name="s">OU time.</param>
    protected override double TimeOf(double s)
    {
        var above = _ouTimes.BinarySearch(s);
        if (above >= 0)
            return above;
        above = ~above;
        if (above == 0)
            return 0;
        if (above == TrainSteps)
            return TrainSteps - 1;
        return above - 1 + ((s - _ouTimes[above - 1]) / (_ouTimes[above] - _ouTimes[above - 1]));
    }

    private static double[] Linspace(double start, double end, int count) =>
        [.. Enumerable.Range(0, count).Select(i => double.Lerp(start, end, i / (count - 1.0)))];
}
