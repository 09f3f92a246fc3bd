using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Deployment.Tests.Scripts;

/// <summary><c>scripts/deploy.sh</c> and <c>scripts/teardown.sh</c>, before an Azure CLI that notes what it is asked.</summary>
public sealed class DeployTests : IDisposable
{
    private const string Az = """
        case "$1 $2" in
          "account show") exit ${SIGNED_OUT:-0} ;;
          "group exists") echo "${GROUP_EXISTS:-true}" ;;
          "group show") [[ "$*" == *odiffSince* ]] && echo 2026-02-01 || echo "${GROUP_TAG:-grid}" ;;
          "vmss list") echo "${MACHINES:-}" ;;
          "resource list") echo Microsoft.Storage/storageAccounts ;;
          "deployment group")
            [[ $3 != create || "$*" != *outputs.registry.value* ]] || echo theregistry
            [[ $3 != create || "$*" != *outputs.gatewayUrl.value* ]] || echo https://gateway.example
            ;;
        esac
        """;

    private static readonly string Parameters = Path.Combine(Repository.Root, "bicep", "parameters", "development.bicepparam");

    private readonly FakePrograms _programs = new FakePrograms().Add("az", Az);
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal)
    {
        ["ODIFF_VERSION"] = "1.2.3",
        ["ODIFF_API_KEYS"] = "a-key-of-the-tests,another-of-the-tests",
        ["ODIFF_SSH_KEY"] = "ssh-ed25519 AAAA tests",
        ["ODIFF_BUDGET_EMAIL"] = "somebody@example.com",
    };

    public void Dispose() => _programs.Dispose();

    [Fact]
    public async Task It_shows_what_changes_asks_deploys_and_says_where_the_gateway_is()
    {
        var result = await Deploy("grid development", "y\n");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("The gateway is at https://gateway.example", result.Output, StringComparison.Ordinal);
        Assert.Equal(["account show", "group exists", "group show", "vmss list", "what-if", "create"], Steps());
        Assert.All(_programs.Calls[4..], call =>
        {
            Assert.Contains(Parameters, call);
            Assert.Contains("budgetStart=2026-02-01", call);
            Assert.DoesNotContain(call, word => word.StartsWith("computeStart", StringComparison.Ordinal));
        });
        Assert.DoesNotContain(_programs.Calls.SelectMany(call => call), word => word.Contains("a-key-of-the-tests", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("")]
    public async Task Without_a_yes_nothing_is_deployed(string answer)
    {
        var result = await Deploy("grid development", answer);

        Assert.Equal((1, "deploy.sh: nothing was deployed"), (result.ExitCode, LastLine(result.Error)));
        Assert.Equal("what-if", Steps()[^1]);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_made_and_goes_again_where_nothing_is_deployed()
    {
        _environment["GROUP_EXISTS"] = "false";

        Assert.Equal(
            (1, "deploy.sh: there is no resource group grid; say where to make it, with --location"), Short(await Deploy("grid development", "")));
        Assert.Equal(["account show", "group exists"], Steps());

        await Deploy("grid development --location westeurope", "n\n");
        Assert.Equal(["account show", "group exists", "group create", "group show", "vmss list", "what-if", "group delete"], Steps()[2..]);
    }

    [Fact]
    public async Task Images_are_copied_before_what_runs_them_is_deployed()
    {
        var result = await Deploy("grid development --images ghcr.io/somebody --yes", "");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["what-if", "create", "acr import", "acr import", "create"], Steps()[4..]);
        Assert.Contains("isComplete=false", _programs.Calls[5]);
        Assert.DoesNotContain("isComplete=false", _programs.Calls[8]);
        Assert.Equal(
            ["acr", "import", "--name", "theregistry", "--source", "ghcr.io/somebody/odiff-cuda:1.2.3", "--image", "odiff-cuda:1.2.3", "--force"],
            _programs.Calls[7][1..]);
    }

    [Fact]
    public async Task Machines_that_were_started_since_stay()
    {
        _environment["MACHINES"] = "7";

        Assert.Equal(0, (await Deploy("grid development --yes", "")).ExitCode);
        Assert.All(_programs.Calls[4..], call => Assert.Contains("computeStart=7", call));
    }

    [Fact]
    public async Task The_same_again_makes_the_same_calls()
    {
        await Deploy("grid development --yes", "");
        var first = _programs.Calls;
        await Deploy("grid development --yes", "");

        Assert.Equal(first, _programs.Calls[first.Length..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("grid")]
    [InlineData("grid development --location")]
    [InlineData("grid development --locaton westeurope")]
    [InlineData("--yes development")]
    public async Task Wrong_arguments_are_told_how_they_should_be(string arguments)
    {
        var result = await Deploy(arguments, "y\n");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("usage: scripts/deploy.sh", result.Error, StringComparison.Ordinal);
        Assert.Empty(_programs.Calls);
    }

    [Theory]
    [InlineData("ODIFF_API_KEYS", "", "needs ODIFF_API_KEYS in the environment")]
    [InlineData("ODIFF_API_KEYS", "long-enough-to-be-one,short", "16 characters or more")]
    [InlineData("ODIFF_SSH_KEY", "", "needs ODIFF_SSH_KEY in the environment")]
    [InlineData("SIGNED_OUT", "1", "sign in first, with az login")]
    public async Task What_is_missing_is_named_before_anything_is_done(string variable, string value, string error)
    {
        _environment[variable] = value;

        var result = await Deploy("grid development --yes", "");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Steps(), step => step is "what-if" or "create");
    }

    [Fact]
    public async Task Parameters_that_are_not_there_are_named()
    {
        var result = await Deploy("grid nowhere --yes", "");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nowhere.bicepparam", result.Error, StringComparison.Ordinal);
        Assert.Empty(_programs.Calls);
    }

    [Theory]
    [InlineData("grid", "grid\n", true)]
    [InlineData("grid", "yes\n", false)]
    [InlineData("grid", "", false)]
    [InlineData("grid --yes", "", true)]
    public async Task Teardown_deletes_a_grid_whose_name_was_typed(string arguments, string answer, bool isGone)
    {
        var result = await Teardown(arguments, answer);

        Assert.Equal(isGone ? 0 : 1, result.ExitCode);
        Assert.Equal(isGone, Steps().Contains("group delete"));
    }

    [Fact]
    public async Task Teardown_leaves_a_group_alone_that_deploy_did_not_make()
    {
        _environment["GROUP_TAG"] = "payroll";

        var result = await Teardown("grid --yes", "");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no tag odiff=grid", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("group delete", Steps());
    }

    [Fact]
    public async Task Teardown_of_nothing_is_done_at_once()
    {
        _environment["GROUP_EXISTS"] = "false";

        Assert.Equal((0, "There is no resource group grid."), (await Teardown("grid", "") is var result ? (result.ExitCode, result.Output) : default));
        Assert.DoesNotContain("group delete", Steps());
    }

    [Theory]
    [InlineData("")]
    [InlineData("--yes")]
    [InlineData("grid --force")]
    [InlineData("grid --yes more")]
    public async Task Teardown_takes_a_group_alone(string arguments)
    {
        Assert.Equal(2, (await Teardown(arguments, "")).ExitCode);
        Assert.Empty(_programs.Calls);
    }

    private string[] Steps() => [.. _programs.Calls.Select(call => call[1] == "deployment" ? call[3] : $"{call[1]} {call[2]}")];

    private static string LastLine(string text) => text.Split('\n')[^1];

    private static (int, string) Short(ChildResult result) => (result.ExitCode, LastLine(result.Error));

    private Task<ChildResult> Deploy(string arguments, string input) => Run("deploy.sh", arguments, input);

    private Task<ChildResult> Teardown(string arguments, string input) => Run("teardown.sh", arguments, input);

    private Task<ChildResult> Run(string script, string arguments, string input) => _programs.Run(
        Path.Combine(Repository.Root, "scripts", script), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), _environment, input);
}
