using Microsoft.AspNetCore.OpenApi;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>What the OpenAPI document says beside the endpoints.</summary>
internal static class OpenApiText
{
    /// <summary>Sets title and description.</summary>
    public static void Describe(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "OrleansDiffusion";
        document.Info.Description = "Samples diffusion models parallel in time on a cluster. Problems are application/problem+json; "
            + "where an option is at fault, 'option' names it as the command line does, and 'reason' says what it may be.";
        return Task.CompletedTask;
    });
}
