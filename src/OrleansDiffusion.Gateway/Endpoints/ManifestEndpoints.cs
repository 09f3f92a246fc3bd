using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Gateway.Access;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/v1/manifests</c>: many requests, a line of JSON each.</summary>
internal static class ManifestEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapManifests(this IEndpointRouteBuilder api)
    {
        var manifests = api.MapGroup("/manifests");
        manifests.MapPut("/{id}", Submit)
            .Accepts<SamplingRequest>(HttpSamplingClient.JsonLines)
            .WithSummary("Has many requests run, a line of JSON each, which has an 'id', 'seed', 'label', 'guidance', 'count' or any other "
                + "field of a request; 'defaults' is a JSON object of what lines do not say. The same again runs those that failed.");
        manifests.MapGet("/{id}", async (string id, IManifestClient client, CancellationToken token) =>
                Found(id, await client.FindManifestAsync(id, token)))
            .WithSummary("Where a manifest stands.");
        manifests.MapDelete("/{id}", async (string id, IManifestClient client, CancellationToken token) =>
                Found(id, await client.CancelManifestAsync(id, token)))
            .WithSummary("Cancels a manifest, unless it has come to its end; where it stands afterwards.");
        manifests.MapGet("/{id}/results", WriteResults)
            .Produces<LineResult>(StatusCodes.Status200OK, HttpSamplingClient.JsonLines)
            .WithSummary("What has become of a manifest's lines so far, a line of JSON each; samples are those of 'job', 'count' from 'first' on.");
    }

    private static async Task<Accepted<ManifestStatus>> Submit(
        string id, IManifestClient client, GatewaySettings settings, LimitCheck limits, HttpContext context, CancellationToken token,
        string? defaults = null)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = settings.MostManifestBytes;
        var terms = new ManifestTerms(
            Checked(defaults ?? "{}"), limits.Limits, ApiKeyMiddleware.SubmitterOf(context, said: null));
        var status = await client.SubmitManifestAsync(id, terms, () => context.Request.Body, token);
        return TypedResults.Accepted($"/v1/manifests/{Uri.EscapeDataString(id)}", status);
    }

    private static string Checked(string defaults)
    {
        try
        {
            using var document = JsonDocument.Parse(defaults);
            return document.RootElement.ValueKind == JsonValueKind.Object ? defaults : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RequestRefusedException(new Refusal("defaults", "must be a JSON object of fields of a request"));
        }
    }

    private static ManifestStatus Found(string id, ManifestStatus? status) => status ?? throw new JobNotFoundException(id);

    private static async Task WriteResults(string id, IManifestClient client, HttpContext context)
    {
        Found(id, await client.FindManifestAsync(id, context.RequestAborted));
        context.Response.ContentType = HttpSamplingClient.JsonLines;
        var line = new byte[] { (byte)'\n' };
        await foreach (var result in client.ManifestResultsAsync(id, context.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, result, SamplingJson.Options, context.RequestAborted);
            await context.Response.Body.WriteAsync(line, context.RequestAborted);
        }
    }
}
