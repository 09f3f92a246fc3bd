using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway.Access;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/v1/jobs</c> and <c>/v1/plan</c>.</summary>
internal static class JobEndpoints
{
    private const int UsualPage = 100;

    /// <summary>Adds them.</summary>
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        api.MapPost("/plan", Plan)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("What a request comes to; nothing is run.");
        var jobs = api.MapGroup("/jobs");
        jobs.MapPost("", (SamplingRequest request, ISamplingClient client, LimitCheck limits, HttpContext context, CancellationToken token) =>
                Submit(JobIds.New(), request, client, limits, context, token))
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Has a request run as a job, under an id that is made.");
        jobs.MapPut("/{id}", Submit)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Has a request run as a job, under the caller's id. The same again changes nothing.");
        jobs.MapGet("", List)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Jobs in the descending order of their ids, newest first where ids were made; 'next' is 'below' of the next page.");
        jobs.MapGet("/{id}", (string id, ISamplingClient client, CancellationToken token) => client.GetAsync(id, token))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A job's record.");
        jobs.MapDelete("/{id}", (string id, ISamplingClient client, CancellationToken token) => client.CancelAsync(id, token))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Cancels a job, unless it has come to its end; its record afterwards.");
        jobs.MapGet("/{id}/events", JobEventStream.Open)
            .Produces<JobProgress>(StatusCodes.Status200OK, "text/event-stream")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A job's progress as server-sent events: 'progress' whenever it changes, 'ping' meanwhile, 'end' once, last.");
        jobs.MapGet("/{id}/sweeps", SweepEventStream.Open)
            .WithSummary("What the sweeps of a job's running batch do, as server-sent events: 'batch', 'epoch' and 'sweeps' as they "
                + "happen, first those that are kept, 'ping' meanwhile, 'end' once, last.");
        jobs.MapGet("/{id}/preview", PreviewEndpoint.Answer)
            .Produces(StatusCodes.Status200OK, contentType: PreviewEndpoint.Png)
            .Produces(StatusCodes.Status200OK, contentType: SampleStream.ContentType)
            .Produces(StatusCodes.Status204NoContent)
            .WithSummary("What the samples of the running batch look like by now: a picture, or with 'format=npy' an array.");
        jobs.MapGet("/{id}/samples", SampleStream.Write)
            .Produces<Stream>(StatusCodes.Status200OK, SampleStream.ContentType)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("A job's samples as one .npy, sent as batches are done: from 'first' on, 'count' of them.");
    }

    private static Task<JobOutline> Plan(
        SamplingRequest request, ISamplingClient client, LimitCheck limits, CancellationToken token)
    {
        limits.Check(request);
        return client.PlanAsync(request, token);
    }

    private static async Task<Accepted<JobStatus>> Submit(
        string id, SamplingRequest request, ISamplingClient client, LimitCheck limits, HttpContext context,
        CancellationToken token)
    {
        limits.Check(request);
        request = request with { Submitter = ApiKeyMiddleware.SubmitterOf(context, request.Submitter) };
        await client.SubmitAsync(id, request, token);
        return TypedResults.Accepted($"/v1/jobs/{Uri.EscapeDataString(id)}", await client.GetAsync(id, token));
    }

    private static Task<JobPage> List(
        ISamplingClient client, CancellationToken token, string? below = null, int most = UsualPage) =>
        most is >= 1 and <= IJobIndexGrain.LargestPage
            ? client.GetPageAsync(below, most, token)
            : throw new RequestRefusedException(new Refusal("most", $"must be 1 to {IJobIndexGrain.LargestPage}, was {most}"));
}
