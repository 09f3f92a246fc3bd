using OrleansDiffusion.Cli.Output;
using ScottPlot;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>Rounds against dimension, both logarithmic, one panel a sampler.</summary>
internal static class ScalingPlot
{
    private const int Width = 1200;
    private const int Height = 520;

    public static byte[] Png(IReadOnlyList<ScalingBenchmark.Row> rows)
    {
        var panels = new Multiplot();
        var samplers = rows.Select(row => row.Sampler).Distinct().ToList();
        panels.AddPlots(samplers.Count);
        panels.Layout = new ScottPlot.MultiplotLayouts.Grid(1, samplers.Count);
        for (var i = 0; i < samplers.Count; i++)
            Draw(panels.GetPlot(i), samplers[i], [.. rows.Where(row => row.Sampler == samplers[i])]);
        return panels.Render(Width, Height).GetImageBytes(ImageFormat.Png);
    }

    private static void Draw(Plot plot, string sampler, IReadOnlyList<ScalingBenchmark.Row> rows)
    {
        foreach (var method in rows.GroupBy(row => row.Method))
        {
            var line = plot.Add.Scatter(
                method.Select(row => Math.Log10(row.Dimension)).ToArray(),
                method.Select(row => Math.Log10(row.Measurement.Rounds)).ToArray());
            line.LegendText = method.Key;
            line.LineWidth = 2;
            line.MarkerSize = 8;
        }

        var steps = rows[0].Measurement.SequentialRounds;
        var sequential = plot.Add.HorizontalLine(Math.Log10(steps), color: Colors.Gray, pattern: LinePattern.Dashed);
        sequential.LegendText = $"sequential ({steps} steps)";

        plot.Title(sampler);
        plot.XLabel("dimension");
        plot.YLabel("rounds of model calls");
        plot.Axes.Left.TickGenerator = Ticks([5, 10, 20, 50, 100, 200, 500]);
        plot.Axes.Bottom.TickGenerator = Ticks([.. rows.Select(row => row.Dimension).Distinct()]);
        plot.Axes.SetLimitsY(Math.Log10(5), Math.Log10(1000));
        plot.ShowLegend(Alignment.UpperRight);
        PlotFont.Apply(plot);
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(int[] values) =>
        new([.. values.Select(value => Math.Log10(value))], [.. values.Select(value => $"{value}")]);
}
