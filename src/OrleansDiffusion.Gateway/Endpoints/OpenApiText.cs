using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>What the OpenAPI document says beside the endpoints.</summary>
internal static class OpenApiText
{
    /// <summary>Where the document is.</summary>
    public const string Document = "/openapi/v1.json";

    private const string Bearer = "bearer";

    /// <summary>Sets title and description, and says what callers must have.</summary>
    public static void Describe(this OpenApiOptions options, GatewaySettings settings) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "OrleansDiffusion";
        document.Info.Description = "Samples diffusion models parallel in time on a cluster. Problems are application/problem+json; "
            + "where an option is at fault, 'option' names it as the command line does, and 'reason' says what it may be.";
        if (settings.IsOpen)
            return Task.CompletedTask;
        document.AddComponent(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            Description = settings.Authority is null
                ? "An API key."
                : $"An access token of {settings.Authority.OriginalString}" + (settings.ApiKeys.Count > 0 ? ", or an API key." : "."),
        });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        return Task.CompletedTask;
    });

    /// <summary>Names the problems that any request may come to.</summary>
    public static RouteGroupBuilder WithUsualProblems(this RouteGroupBuilder api)
    {
        if (!((IEndpointRouteBuilder)api).ServiceProvider.GetRequiredService<GatewaySettings>().IsOpen)
            api.ProducesProblem(StatusCodes.Status401Unauthorized);
        return api.ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }
}
