using System.Collections.Immutable;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling;

/// <summary>
/// All steps from noise to data, cut into blocks. Sequential and parallel samplers walk the same timeline, so their
/// results can be compared exactly.
/// </summary>
public sealed class Timeline
{
    private Timeline(IEnumerable<Block> blocks) => Blocks = [.. blocks];

    /// <summary>The blocks, noisiest first.</summary>
    public ImmutableArray<Block> Blocks { get; }

    /// <summary>The level at which sampling starts.</summary>
    public NoiseLevel Start => Blocks[0].Steps[0].At;

    /// <summary>Steps of all blocks: what a sequential sampler needs in model calls.</summary>
    public int Steps => Blocks.Sum(block => block.Steps.Length);

    /// <summary>Lays a sampler's steps over a model's noise schedule.</summary>
    /// <param name="options">The sampler and its grid.</param>
    /// <param name="schedule">The schedule the model was trained with, or the OU process for closed forms.</param>
    /// <exception cref="InvalidOptionException">An option out of its range, or one the sampler does not take.</exception>
    public static Timeline Create(TimelineOptions options, VariancePreservingSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(schedule);
        TimelineRules.Check(options, schedule);
        return new Timeline(options.Sampler switch
        {
            Sampler.PiadmSde or Sampler.PiadmOde => Piadm(options, schedule),
            Sampler.DpmSolverPlusPlus2M =>
                Cut(DpmSolver(options, (DiscreteSchedule)schedule), options.BlockSteps, SecondState.PreviousDenoised),
            _ => Cut(Ancestral(options, (DiscreteSchedule)schedule), options.BlockSteps),
        });
    }

    /// <summary>A timeline from given steps without memory, for grids that no option describes.</summary>
    /// <param name="steps">The steps, noisiest first; at least one.</param>
    /// <param name="blockSteps">Steps a block; null for one block.</param>
    public static Timeline FromSteps(IEnumerable<Step> steps, int? blockSteps = null) => new(Cut(steps, blockSteps));

    private static IEnumerable<Block> Cut(
        IEnumerable<Step> steps, int? blockSteps, SecondState second = SecondState.None) =>
        steps.Chunk(blockSteps ?? int.MaxValue).Select((run, index) => new Block(index, [.. run], second));

    private static IEnumerable<Step> Ancestral(TimelineOptions options, DiscreteSchedule schedule)
    {
        var clean = new NoiseLevel(1, 0, 0);
        var end = options.Sampler == Sampler.Ddpm || options.SetAlphaToOne ? clean : schedule.At(0);
        var timesteps = TimestepGrid.SingleStep(options.Spacing, schedule.TrainSteps, options.Steps, options.StepsOffset);
        for (var j = 0; j < timesteps.Length; j++)
        {
            var from = schedule.At(timesteps[j]);
            var noise = NoiseAddress.ForStep(j);
            yield return options.Sampler == Sampler.Ddpm
                ? Ddpm.Step(from, LevelBelow(j + 1 < timesteps.Length ? timesteps[j + 1] : -1), noise, options.Variance)
                : Ddim.Step(from, LevelBelow(timesteps[j] - (schedule.TrainSteps / options.Steps)), options.Eta, noise);
        }

        // diffusers' DDPMScheduler steps to the next timestep of its grid, its DDIMScheduler down by ⌊train/steps⌋.
        NoiseLevel LevelBelow(int timestep) => timestep >= 0 ? schedule.At(timestep) : end;
    }

    private static IEnumerable<Step> DpmSolver(TimelineOptions options, DiscreteSchedule schedule)
    {
        var timesteps = TimestepGrid.MultiStep(options.Spacing, schedule.TrainSteps, options.Steps, options.StepsOffset);
        var toZero = options.FinalSigma == FinalSigma.Zero;
        NoiseLevel? before = null;
        for (var j = 0; j < timesteps.Length; j++)
        {
            var isLast = j == timesteps.Length - 1;
            var from = schedule.At(timesteps[j]);
            var to = !isLast ? schedule.At(timesteps[j + 1]) : toZero ? new NoiseLevel(1, 0, 0) : schedule.At(0);

            // As diffusers: the last step is of first order where it ends without noise, or where steps are few.
            var firstOrder = isLast && (toZero || timesteps.Length < 15);
            yield return DpmSolverPlusPlus2M.Step(firstOrder ? null : before, from, to);
            before = from;
        }
    }

    private static IEnumerable<Block> Piadm(TimelineOptions options, VariancePreservingSchedule schedule)
    {
        var blocks = 0;
        var steps = 0;
        var grid = PiadmGrid.Blocks(options.Horizon, options.BlockLength, options.Step, options.EarlyStop);
        for (var n = 0; n < grid.Length; n++)
        {
            yield return new Block(blocks++, [.. Predictor(grid[n])]);
            if (options.CorrectorSteps > 0)
            {
                var level = schedule.AtOuTime(grid[n][^1]);
                var corrector = LangevinCorrector.Steps(level, options.CorrectorSteps, n);
                var velocity = NoiseAddress.CorrectorVelocity(n);
                yield return new Block(blocks++, [.. corrector], SecondState.Velocity, velocity);
            }
        }

        IEnumerable<Step> Predictor(ImmutableArray<double> times)
        {
            for (var j = 0; j + 1 < times.Length; j++)
            {
                var from = schedule.AtOuTime(times[j]);
                var length = times[j] - times[j + 1];
                yield return options.Sampler == Sampler.PiadmSde
                    ? PiadmSde.Step(from, length, NoiseAddress.ForStep(steps++))
                    : PiadmOde.Step(from, length);
            }
        }
    }
}
