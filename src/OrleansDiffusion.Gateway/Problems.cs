using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Gateway;

/// <summary>Answers to requests that were not done, as <c>application/problem+json</c>.</summary>
internal static class Problems
{
    /// <summary>Says more where the framework says nothing.</summary>
    public static void Explain(ProblemDetailsContext problem)
    {
        if (problem.ProblemDetails.Status == StatusCodes.Status415UnsupportedMediaType)
            problem.ProblemDetails.Detail ??= "the body must be JSON, with the header 'Content-Type: application/json'";

        // Where clients of OpenAI's look.
        if (problem.HttpContext.Request.Path.StartsWithSegments("/v1/images", StringComparison.Ordinal))
        {
            var option = problem.ProblemDetails.Extensions.TryGetValue("option", out var named) ? named : null;
            problem.ProblemDetails.Extensions["error"] = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["message"] = problem.ProblemDetails.Detail ?? problem.ProblemDetails.Title,
                ["type"] = problem.ProblemDetails.Status < StatusCodes.Status500InternalServerError ? "invalid_request_error" : "server_error",
                ["param"] = option,
                ["code"] = null,
            };
        }
    }

    /// <summary>Writes one.</summary>
    /// <param name="context">The request, whose answer has not begun.</param>
    /// <param name="status">The status code.</param>
    /// <param name="detail">What is wrong, in one line.</param>
    /// <param name="refusal">The option at fault; null where it is none.</param>
    public static async Task Write(HttpContext context, int status, string? detail, Refusal? refusal = null)
    {
        context.Response.StatusCode = status;
        var problem = new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Status = status, Detail = detail } };
        if (refusal is not null)
        {
            problem.ProblemDetails.Extensions["option"] = refusal.Option;
            problem.ProblemDetails.Extensions["reason"] = refusal.Reason;
        }

        // It writes nothing for who accepts no JSON.
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(problem);
    }
}
