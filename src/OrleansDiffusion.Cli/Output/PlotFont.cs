using ScottPlot;
using SkiaSharp;

namespace OrleansDiffusion.Cli.Output;

/// <summary>The font of all plots, carried by the program: servers have none.</summary>
internal sealed class PlotFont : IFontResolver
{
    private const string Family = "Inter";

    /// <summary>Makes a plot use the font.</summary>
    public static void Apply(Plot plot)
    {
        if (!Fonts.FontResolvers.OfType<PlotFont>().Any())
            Fonts.FontResolvers.Add(new PlotFont());
        plot.Font.Set(Family);
    }

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        CreateTypeface(fontName, FontWeight.Normal, FontSlant.Upright, FontSpacing.Normal);

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing)
    {
        if (fontName != Family)
            return null;
        using var file = typeof(PlotFont).Assembly.GetManifestResourceStream("Inter-Regular.ttf");
        return SKTypeface.FromStream(file);
    }
}
