using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Scalar.AspNetCore;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/reference</c>: the OpenAPI document as a page to read and to try requests on. It loads nothing from elsewhere.</summary>
internal static class ReferencePage
{
    // The package brings its script along; what it would fetch or tell elsewhere is switched off, and kept off by this.
    private const string Policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds it.</summary>
    /// <param name="app">The gateway.</param>
    /// <param name="document">The path of the OpenAPI document.</param>
    public static void MapReference(this WebApplication app, string document) => app
        .MapScalarApiReference("/reference", page => page
            .WithTitle("OrleansDiffusion")
            .WithOpenApiRoutePattern(document)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools())
        .AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
            return next(context);
        });
}
