using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>Lets no request to the API pass without a key, where keys are asked for. Probes of health need none.</summary>
internal static class ApiKeyMiddleware
{
    private const string CallerItem = "odiff.caller";
    private const int LongestSubmitter = 16; // enough of a key's hash

    /// <summary>Names who calls: a key, or else an address.</summary>
    public static string CallerOf(HttpContext context) =>
        context.Items[CallerItem] as string ?? $"{context.Connection.RemoteIpAddress}";

    /// <summary>Who takes turns with others: callers with keys by these, others as they say.</summary>
    public static string? SubmitterOf(HttpContext context, string? said) =>
        context.Items[CallerItem] is string caller ? caller[..Math.Min(caller.Length, LongestSubmitter)] : said;

    /// <summary>Checks the keys of requests from here on.</summary>
    public static void UseApiKeys(this WebApplication app)
    {
        var keys = app.Services.GetRequiredService<ApiKeys>();
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                return next(context);
            if (keys.Admit(context.Request, out var caller))
            {
                context.Items[CallerItem] = caller;
                return next(context);
            }

            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Write(
                context, StatusCodes.Status401Unauthorized, "the header 'Authorization: Bearer KEY' must have a key that is known here");
        });
    }
}
