using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>Access tokens of an OpenID Connect issuer, such as Microsoft Entra.</summary>
internal static class BearerTokens
{
    private const string Scheme = JwtBearerDefaults.AuthenticationScheme;

    // Who a token is of: a person or a service, and with some issuers the client alone.
    private static readonly string[] Subjects = ["sub", "azp", "appid", "client_id"];

    /// <summary>Adds what checks them, where an issuer is named.</summary>
    public static void AddBearerTokens(this IServiceCollection services, GatewaySettings settings)
    {
        if (settings.Authority is null)
            return;
        services.AddAuthentication().AddJwtBearer(Scheme, tokens =>
        {
            tokens.Authority = settings.Authority.AbsoluteUri;
            tokens.Audience = settings.Audience;
            tokens.RequireHttpsMetadata = settings.Authority.Scheme == Uri.UriSchemeHttps;
            tokens.MapInboundClaims = false;
            tokens.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);

            // Signed with the issuer's key pairs, whatever a token says.
            tokens.TokenValidationParameters.ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
                SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
                SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            ];
        });
    }

    /// <summary>Names the subject of a request's token, without telling who it is; null if there is no token that holds.</summary>
    /// <exception cref="InvalidOperationException">The issuer does not tell its keys.</exception>
    public static async Task<string?> CallerOf(HttpContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0)
            return null;

        // It is kept. Else an issuer that is away would look like a token that does not hold.
        var options = context.RequestServices.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(Scheme);
        await options.ConfigurationManager!.GetConfigurationAsync(context.RequestAborted);
        var result = await context.AuthenticateAsync(Scheme);
        return result.Principal is { } principal ? ApiKeys.NameOf($"{principal.FindFirst("iss")?.Value} {SubjectOf(principal)}") : null;
    }

    private static string? SubjectOf(ClaimsPrincipal principal) =>
        Subjects.Select(name => principal.FindFirst(name)?.Value).FirstOrDefault(value => value is not null);
}
