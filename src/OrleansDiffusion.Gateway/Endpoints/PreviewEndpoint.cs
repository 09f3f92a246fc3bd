using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Output;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>What a job's samples look like that are under way, as one picture or one array of NumPy's.</summary>
internal static class PreviewEndpoint
{
    /// <summary>The picture's content type.</summary>
    public const string Png = "image/png";

    private const int UsualMost = 64;
    private const int MostMost = 1000;

    /// <summary>Answers; without content where nothing is under way.</summary>
    public static async Task<IResult> Answer(
        string id, ISamplingClient client, HttpContext context, string format = "png", int most = UsualMost)
    {
        if (format is not ("png" or "npy"))
            throw Refused("format", $"must be png or npy, was {format}");
        if (most is < 1 or > MostMost)
            throw Refused("most", $"must be 1 to {MostMost}, was {most}");
        var previews = await client.PreviewAsync(id, most, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (previews.Count == 0)
            return TypedResults.NoContent();
        context.Response.Headers[PreviewHeaders.First] = previews[0].Estimate.Index.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[PreviewHeaders.Done] = PreviewHeaders.Write(previews.Select(preview => preview.Done));
        var shape = previews[0].Estimate.Shape;
        float[] values = [.. previews.SelectMany(preview => preview.Estimate.Values.ToArray())];
        return format == "npy"
            ? TypedResults.Bytes(NpyOf([previews.Count, .. shape], values), SampleStream.ContentType)
            : TypedResults.Bytes(PngOf(shape, previews.Count, values), Png);
    }

    private static byte[] NpyOf(IReadOnlyList<long> shape, float[] values)
    {
        using var npy = new MemoryStream();
        NpyFile.Write(npy, shape, values);
        return npy.ToArray();
    }

    private static byte[] PngOf(IReadOnlyList<long> shape, int count, float[] values)
    {
        var image = ImageShape.Of(shape)
            ?? throw Refused("format", $"must be npy for samples of shape [{string.Join(", ", shape)}], which are no images");
        var grid = new ImageGrid(image, count);
        if (grid.IsTooLarge)
            throw Refused("most", $"must be less for images of this size: {count} would make {grid.Width} x {grid.Height} pixels");
        using var png = new MemoryStream();
        grid.WriteTo(png, values);
        return png.ToArray();
    }

    private static RequestRefusedException Refused(string option, string reason) => new(new Refusal(option, reason));
}
