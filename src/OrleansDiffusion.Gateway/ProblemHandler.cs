using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Gateway;

/// <summary>Says what went wrong: what the caller can use of it, and nothing of the inside.</summary>
internal sealed partial class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true; // nobody is there to be told
        var (status, detail, refusal) = exception switch
        {
            RequestRefusedException refused =>
                (StatusCodes.Status400BadRequest, refused.Message, new Refusal(refused.Option, refused.Reason)),
            JobNotFoundException => (StatusCodes.Status404NotFound, exception.Message, null),
            JobFailedException => (StatusCodes.Status409Conflict, exception.Message, null),
            SamplingUnavailableException => (StatusCodes.Status503ServiceUnavailable, exception.Message, null),
            BadHttpRequestException { InnerException: JsonException json } =>
                (StatusCodes.Status400BadRequest, $"the body is no request: {MistakeIn(json)}", null),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message.ReplaceLineEndings(" "), null),
            _ => (StatusCodes.Status500InternalServerError, (string?)null, (Refusal?)null),
        };
        if (status == StatusCodes.Status500InternalServerError)
            LogFailed(exception, httpContext.Request.Method, httpContext.Request.Path);
        if (exception is SamplingBusyException { RetryAfter: { } wait })
            httpContext.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds)}";
        await Problems.Write(httpContext, status, detail, refusal);
        return true;
    }

    // The parser names types of the inside.
    private static string MistakeIn(JsonException e) => e.Path switch
    {
        ['$', '.', .. var field] => $"its field '{field}' is unknown, or has a value that it cannot have",
        _ when e.Message.Contains("'model'", StringComparison.Ordinal) => "it must have a field 'model'",
        _ => $"it must be a JSON object; at line {e.LineNumber + 1}, byte {e.BytePositionInLine} it is not",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception e, string method, PathString path);
}
