using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>How many requests a caller may make.</summary>
internal static class RateLimits
{
    /// <summary>The policy of all endpoints of the API.</summary>
    public const string Policy = "caller";

    // A page that is opened asks for several things at once.
    private const int BurstSeconds = 4;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Adds the limits.</summary>
    /// <param name="services">The gateway's services.</param>
    /// <param name="rate">Requests a second of each caller.</param>
    public static void AddRateLimits(this IServiceCollection services, int rate) => services.AddRateLimiter(limiter =>
    {
        limiter.AddPolicy(Policy, context => RateLimitPartition.GetTokenBucketLimiter(
            ApiKeyMiddleware.CallerOf(context),
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = BurstSeconds * rate, TokensPerPeriod = rate, ReplenishmentPeriod = Second, QueueLimit = 0,
            }));
        limiter.OnRejected = async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = Second.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await Problems.Write(
                rejected.HttpContext, StatusCodes.Status429TooManyRequests, $"at most {rate} requests a second are answered");
        };
    });
}
