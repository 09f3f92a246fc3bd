using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace OrleansDiffusion.Gateway.Page;

/// <summary>
/// The live page: files that lie within this assembly. They tell nothing of the cluster, so that no key is needed for them; the
/// page asks for one where the API does.
/// </summary>
internal static class PageEndpoints
{
    // Nothing but what the gateway itself serves, and pictures that scripts have drawn.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Folder = "page/";

    /// <summary>Adds them.</summary>
    public static void MapPage(this IEndpointRouteBuilder app)
    {
        foreach (var name in typeof(PageEndpoints).Assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Folder, StringComparison.Ordinal))
                continue;
            var path = name == Folder + "index.html" ? "/" : "/" + name;
            app.MapGet(path, Answer(name)).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static Func<HttpContext, IResult> Answer(string name)
    {
        var content = Read(name);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        var type = TypeOf(name);
        return context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            context.Response.Headers.CacheControl = "no-cache"; // asked for each time, and sent when it has changed
            return TypedResults.Bytes(content, type, entityTag: tag);
        };
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"the page has no files of type {other}"),
    };
}
