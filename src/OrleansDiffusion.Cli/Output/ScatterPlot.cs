using ScottPlot;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Two-dimensional samples as a picture.</summary>
internal static class ScatterPlot
{
    private const int Size = 800;

    public static byte[] Png(ReadOnlySpan<float> points, string title)
    {
        var xs = new double[points.Length / 2];
        var ys = new double[points.Length / 2];
        for (var i = 0; i < xs.Length; i++)
            (xs[i], ys[i]) = (points[2 * i], points[(2 * i) + 1]);

        using var plot = new Plot();
        var markers = plot.Add.Markers(xs, ys);
        markers.MarkerSize = xs.Length > 2000 ? 3 : 6;
        markers.Color = Colors.C0.WithAlpha(0.6);
        PlotFont.Apply(plot);
        plot.Axes.SquareUnits();
        plot.Title(title);
        return plot.GetImage(Size, Size).GetImageBytes(ImageFormat.Png);
    }
}
