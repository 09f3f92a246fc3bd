using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Blobs;

/// <summary>What the blob service, its connection or the sign-in says when a request fails, in one line.</summary>
internal static class BlobFailure
{
    private const int NoAnswer = 0;

    /// <summary>Whether an exception is the service's, the connection's or the sign-in's.</summary>
    public static bool Is(Exception e) =>
        e is RequestFailedException or AuthenticationFailedException or HttpRequestException or AggregateException
            or (IOException and not StoreException);

    /// <summary>Whether a condition of a write did not hold.</summary>
    public static bool IsConflict(RequestFailedException e, WriteCondition condition) =>
        e.ErrorCode == BlobErrorCode.ConditionNotMet || e.ErrorCode == BlobErrorCode.BlobAlreadyExists
        || (e.Status == 404 && condition.RequiredVersion is not null);

    /// <summary>The same for whoever uses the store.</summary>
    /// <param name="what">What was tried and on which object.</param>
    /// <param name="container">Address of the container.</param>
    /// <param name="cause">What was said.</param>
    public static StoreException Of(string what, Uri container, Exception cause) =>
        new($"cannot {what} in {container}: {Reason(cause)}", MayPass(cause), cause);

    private static string Reason(Exception cause) => cause is RequestFailedException { Status: not NoAnswer } refusal
        ? $"{refusal.Status} {refusal.ErrorCode}".TrimEnd()
        : Safetensors.Printable.Of(cause.Message.Split('\n')[0].TrimEnd(), 200);

    // The blocks of a large content vanish when another writer of the same blob commits first.
    private static bool MayPass(Exception cause) => cause switch
    {
        RequestFailedException e => e.Status is NoAnswer or 408 or 429 or >= 500 || e.ErrorCode == BlobErrorCode.InvalidBlockList,
        CredentialUnavailableException => false,
        _ => true,
    };
}
