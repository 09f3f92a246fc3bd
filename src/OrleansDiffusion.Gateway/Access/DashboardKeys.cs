using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>
/// Lets browsers send a key to Orleans' dashboard, whose pages know of none: a browser asks for it itself, as the password of
/// whatever user.
/// </summary>
internal static class DashboardKeys
{
    /// <summary>Where the dashboard is.</summary>
    public const string Path = "/dashboard";

    /// <summary>Takes passwords for keys there, before keys are checked.</summary>
    public static void UseDashboardKeys(this WebApplication app) => app.Use((context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase))
            return next(context);
        if (PasswordIn(context.Request) is { } key)
            context.Request.Headers.Authorization = $"Bearer {key}";
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"OrleansDiffusion: any name, and an API key\", charset=\"UTF-8\"";
            return Task.CompletedTask;
        });
        return next(context);
    });

    private static string? PasswordIn(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase) || header.Parameter is not { } encoded)
            return null;
        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, decoded, out var length))
            return null;
        return Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password] ? password : null;
    }
}
