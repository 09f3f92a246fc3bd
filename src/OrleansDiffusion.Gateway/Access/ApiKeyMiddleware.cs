using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>Lets no request to the API pass without a key, where keys are asked for. Probes of health need none, nor does what is for all.</summary>
internal static class ApiKeyMiddleware
{
    private const string CallerItem = "odiff.caller";

    /// <summary>Names who calls: a key, or else an address.</summary>
    public static string CallerOf(HttpContext context) =>
        context.Items[CallerItem] as string ?? $"{context.Connection.RemoteIpAddress}";

    /// <summary>Checks the keys of requests from here on.</summary>
    public static void UseApiKeys(this WebApplication app)
    {
        var keys = app.Services.GetRequiredService<ApiKeys>();
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || IsForAll(context))
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

    private static bool IsForAll(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
}
