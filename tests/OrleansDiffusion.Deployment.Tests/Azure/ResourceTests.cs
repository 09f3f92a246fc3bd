using System.Globalization;
using System.Net;
using System.Text.Json;
using OrleansDiffusion.Cli.Commands;
using OrleansDiffusion.Gateway.Endpoints;

namespace OrleansDiffusion.Deployment.Tests.Azure;

/// <summary>What would stand in Azure: who may do what, and what reaches what.</summary>
/// <param name="bicep">The compiler.</param>
public sealed class ResourceTests(BicepCompiler bicep)
{
    private const string BlobDataContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    private const string BlobDataReader = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
    private const string AcrPull = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
    private const string MonitoringMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";

    public static TheoryData<string> All => [BicepCompiler.Development, BicepCompiler.SpotGpu];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Storage_knows_no_keys_no_public_blobs_and_no_public_network(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var account = deployment.Only("Microsoft.Storage/storageAccounts").GetProperty("properties");

        Assert.False(account.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(account.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.True(account.GetProperty("supportsHttpsTrafficOnly").GetBoolean());
        Assert.Equal("TLS1_2", account.GetProperty("minimumTlsVersion").GetString());
        Assert.Equal("Disabled", account.GetProperty("publicNetworkAccess").GetString());
        Assert.Equal("Deny", account.GetProperty("networkAcls").GetProperty("defaultAction").GetString());
        Assert.All(
            deployment.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"),
            container => Assert.Equal("None", container.GetProperty("properties").GetProperty("publicAccess").GetString()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Redis_takes_tokens_alone_over_tls_within_the_network_and_forgets_nothing(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var redis = deployment.Only("Microsoft.Cache/redisEnterprise").GetProperty("properties");
        var database = deployment.Only("Microsoft.Cache/redisEnterprise/databases").GetProperty("properties");

        Assert.Equal("Disabled", redis.GetProperty("publicNetworkAccess").GetString());
        Assert.Equal("Disabled", database.GetProperty("accessKeysAuthentication").GetString());
        Assert.Equal("Encrypted", database.GetProperty("clientProtocol").GetString());
        Assert.Equal("NoEviction", database.GetProperty("evictionPolicy").GetString());
        Assert.True(database.GetProperty("persistence").GetProperty("aofEnabled").GetBoolean());
        Assert.Equal(
            ["control", "compute", "gateway"],
            deployment.OfType("Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments")
                .Select(user => user.GetProperty("properties").GetProperty("user").GetProperty("objectId").GetString()!)
                .Select(PredictedDeployment.IdentityIn));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Registry_has_no_administrator_and_no_public_network(string parameters)
    {
        var registry = (await bicep.Predict(parameters)).Only("Microsoft.ContainerRegistry/registries").GetProperty("properties");

        Assert.False(registry.GetProperty("adminUserEnabled").GetBoolean());
        Assert.False(registry.GetProperty("anonymousPullEnabled").GetBoolean());
        Assert.Equal("Disabled", registry.GetProperty("publicNetworkAccess").GetString());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Whatever_has_no_public_network_has_a_private_endpoint(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var reached = deployment.OfType("Microsoft.Network/privateEndpoints")
            .SelectMany(endpoint => endpoint.GetProperty("properties").GetProperty("privateLinkServiceConnections").EnumerateArray())
            .Select(connection => connection.GetProperty("properties").GetProperty("groupIds")[0].GetString());

        Assert.Equal(["blob", "redisEnterprise", "registry"], reached.Order(StringComparer.Ordinal));
        Assert.Equal(3, deployment.OfType("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Count);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Each_identity_has_the_roles_that_it_needs_and_no_other(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var roles = deployment.OfType("Microsoft.Authorization/roleAssignments").Select(assignment =>
        {
            var id = assignment.GetProperty("id").GetString()!;
            var scope = id[..id.IndexOf("/providers/Microsoft.Authorization", StringComparison.Ordinal)].Split('/');
            var properties = assignment.GetProperty("properties");
            var role = properties.GetProperty("roleDefinitionId").GetString()!.Split('/')[^1];
            return (PredictedDeployment.IdentityIn(properties.GetProperty("principalId").GetString()!), role, $"{scope[^2]}/{scope[^1]}");
        });
        var registry = $"registries/{deployment.Only("Microsoft.ContainerRegistry/registries").GetProperty("name").GetString()}";

        Assert.Equal(
            new[]
            {
                ("control", BlobDataContributor, "containers/jobs"),
                ("compute", BlobDataReader, "containers/models"),
                ("control", AcrPull, registry),
                ("compute", AcrPull, registry),
                ("gateway", AcrPull, registry),
                ("control", MonitoringMetricsPublisher, "dataCollectionRules/odiff-metrics"),
                ("compute", MonitoringMetricsPublisher, "dataCollectionRules/odiff-metrics"),
                ("compute", MonitoringMetricsPublisher, "virtualMachineScaleSets/odiff-compute"),
            }.Order(),
            roles.Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_machine_and_gateway_runs_as_itself(string parameters)
    {
        var deployment = await bicep.Predict(parameters);

        Assert.Equal("control", Identity(deployment.Machines("control")));
        Assert.Equal("compute", Identity(deployment.Machines("compute")));
        Assert.Equal("gateway", Identity(deployment.Only("Microsoft.App/containerApps")));

        static string Identity(JsonElement resource) => PredictedDeployment.IdentityIn(
            Assert.Single(resource.GetProperty("identity").GetProperty("userAssignedIdentities").EnumerateObject()).Name + ".");
    }

    [Theory]
    [InlineData(BicepCompiler.Development, "Regular")]
    [InlineData(BicepCompiler.SpotGpu, "Spot")]
    public async Task Machines_that_may_be_taken_away_hold_time_nodes_alone_and_are_told_before(string parameters, string priority)
    {
        var deployment = await bicep.Predict(parameters);
        var profile = Profile("compute");

        Assert.Equal("compute", deployment.Settings("compute")["ODIFF_ROLE"]);
        Assert.Equal("control", deployment.Settings("control")["ODIFF_ROLE"]);
        Assert.Equal("Regular", Profile("control").GetProperty("priority").GetString());
        Assert.Equal(priority, profile.GetProperty("priority").GetString());
        Assert.Equal(priority == "Spot", profile.TryGetProperty("evictionPolicy", out var policy) && policy.GetString() == "Delete");
        Assert.All(["control", "compute"], role => Assert.True(
            Profile(role).GetProperty("scheduledEventsProfile").GetProperty("terminateNotificationProfile").GetProperty("enable").GetBoolean()));

        JsonElement Profile(string role) => deployment.Machines(role).GetProperty("properties").GetProperty("virtualMachineProfile");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Machines_have_no_public_address_and_no_passwords(string parameters)
    {
        var deployment = await bicep.Predict(parameters);

        Assert.All(["control", "compute"], role =>
        {
            var profile = deployment.Machines(role).GetProperty("properties").GetProperty("virtualMachineProfile");
            Assert.DoesNotContain("publicIPAddress", profile.GetProperty("networkProfile").GetRawText(), StringComparison.OrdinalIgnoreCase);
            var system = profile.GetProperty("osProfile");
            Assert.True(system.GetProperty("linuxConfiguration").GetProperty("disablePasswordAuthentication").GetBoolean());
            Assert.False(system.TryGetProperty("adminPassword", out _));
        });
        Assert.Single(deployment.OfType("Microsoft.Network/publicIPAddresses")); // the way out
    }

    [Theory]
    [InlineData(BicepCompiler.Development, 0)]
    [InlineData(BicepCompiler.SpotGpu, 1)]
    public async Task Machines_with_gpus_have_their_driver_and_the_image_that_uses_them(string parameters, int gpus)
    {
        var deployment = await bicep.Predict(parameters);
        var extensions = deployment.Machines("compute").GetProperty("properties").GetProperty("virtualMachineProfile")
            .GetProperty("extensionProfile").GetProperty("extensions").EnumerateArray()
            .Select(extension => extension.GetProperty("properties").GetProperty("type").GetString());

        Assert.Equal($"{gpus}", deployment.Settings("compute")["ODIFF_GPUS"]);
        Assert.Equal(gpus > 0, extensions.Contains("NvidiaGpuDriverLinux"));
        Assert.Equal(gpus > 0, deployment.CustomData("compute").Contains("'odiff-cuda', '1.2.3'", StringComparison.Ordinal));
        Assert.DoesNotContain("'odiff-cuda'", deployment.CustomData("control"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Security_groups_admit_the_ports_that_odiff_uses_and_nothing_else(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var silo = OdiffCommands.Parse("silo");
        var siloPort = silo.Option<int>("--silo-port");
        var clientPort = silo.Option<int>("--gateway-port");

        Assert.Equal(
            new Dictionary<string, string[]>
            {
                ["silos"] = [$"{siloPort}"],
                ["clients"] = [$"{clientPort}"],
            },
            Allowed("odiff-silos"));
        Assert.Equal(new Dictionary<string, string[]> { ["services"] = ["443", $"{RedisPort(deployment)}"] }, Allowed("odiff-endpoints"));
        Assert.Equal(["callers", "environment", "probes"], Allowed("odiff-gateway").Keys.Order(StringComparer.Ordinal));
        Assert.Equal((siloPort, clientPort), (Number("ODIFF_SILO_PORT"), Number("ODIFF_CLIENT_PORT")));
        Assert.All(
            deployment.Only("Microsoft.Network/virtualNetworks").GetProperty("properties").GetProperty("subnets").EnumerateArray(),
            subnet => Assert.True(subnet.GetProperty("properties").TryGetProperty("networkSecurityGroup", out _)));

        int Number(string setting) => int.Parse(deployment.Settings("compute")[setting]!, CultureInfo.InvariantCulture);

        // What a group lets in before its last rule, which lets nothing in.
        Dictionary<string, string[]> Allowed(string group)
        {
            var rules = deployment.Only("Microsoft.Network/networkSecurityGroups", group).GetProperty("properties")
                .GetProperty("securityRules").EnumerateArray().OrderBy(rule => Of(rule, "priority").GetInt32()).ToArray();
            Assert.Equal(("Deny", "*", "*"), (Text(rules[^1], "access"), Text(rules[^1], "protocol"), Text(rules[^1], "destinationPortRange")));
            return rules[..^1].ToDictionary(rule => rule.GetProperty("name").GetString()!, Ports, StringComparer.Ordinal);
        }

        static string[] Ports(JsonElement rule) => rule.GetProperty("properties").TryGetProperty("destinationPortRanges", out var ranges)
            ? [.. ranges.EnumerateArray().Select(range => range.GetString()!)]
            : [Text(rule, "destinationPortRange")];

        static JsonElement Of(JsonElement rule, string property) => rule.GetProperty("properties").GetProperty(property);

        static string Text(JsonElement rule, string property) => Of(rule, property).GetString()!;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Only_silos_and_the_gateway_reach_silos(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var subnets = deployment.Only("Microsoft.Network/virtualNetworks").GetProperty("properties").GetProperty("subnets").EnumerateArray()
            .ToDictionary(subnet => subnet.GetProperty("name").GetString()!, subnet => subnet.GetProperty("properties").GetProperty("addressPrefix").GetString()!);
        var rules = deployment.Only("Microsoft.Network/networkSecurityGroups", "odiff-silos").GetProperty("properties")
            .GetProperty("securityRules").EnumerateArray().ToDictionary(rule => rule.GetProperty("name").GetString()!, rule => rule.GetProperty("properties"));

        Assert.Equal(
            new[] { subnets["control"], subnets["compute"] },
            rules["silos"].GetProperty("sourceAddressPrefixes").EnumerateArray().Select(range => range.GetString()));
        Assert.Equal(subnets["gateway"], rules["clients"].GetProperty("sourceAddressPrefix").GetString());
        Assert.All(subnets.Values, range => Assert.True(IPNetwork.Parse("10.20.0.0/16").Contains(IPNetwork.Parse(range).BaseAddress)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Gateway_runs_a_command_that_odiff_takes_with_keys_and_is_asked_for_its_health(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var properties = deployment.Only("Microsoft.App/containerApps").GetProperty("properties");
        var container = properties.GetProperty("template").GetProperty("containers")[0];

        // Azure alone knows the address of the Redis.
        var arguments = container.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!)
            .Select(argument => argument.StartsWith('[') ? "rediss://entra@redis.example:10000" : argument);
        var listen = new Uri(OdiffCommands.Parse(arguments).Option<string>("--listen"));
        var ingress = properties.GetProperty("configuration").GetProperty("ingress");
        Assert.Equal((listen.Port, false), (ingress.GetProperty("targetPort").GetInt32(), ingress.GetProperty("allowInsecure").GetBoolean()));
        Assert.All(container.GetProperty("probes").EnumerateArray(), probe => Assert.Equal(
            (listen.Port, probe.GetProperty("type").GetString() == "Readiness" ? HealthEndpoints.Ready : HealthEndpoints.Live),
            (probe.GetProperty("httpGet").GetProperty("port").GetInt32(), probe.GetProperty("httpGet").GetProperty("path").GetString())));
        Assert.Equal(
            [("AZURE_CLIENT_ID", false), (GatewayCommand.ApiKeys, true)],
            container.GetProperty("env").EnumerateArray()
                .Select(variable => (variable.GetProperty("name").GetString()!, variable.TryGetProperty("secretRef", out _))).Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Compute_machines_are_scaled_by_the_metric_that_they_report_between_one_and_the_most(string parameters)
    {
        var deployment = await bicep.Predict(parameters);
        var profile = deployment.Only("Microsoft.Insights/autoscaleSettings").GetProperty("properties").GetProperty("profiles")[0];
        var capacity = profile.GetProperty("capacity");
        var report = System.Text.Encoding.UTF8.GetString(deployment.Files("compute")["/opt/odiff/report-queue.sh"]);

        Assert.InRange(int.Parse(capacity.GetProperty("minimum").GetString()!, CultureInfo.InvariantCulture), 1, 16);
        Assert.Equal(["Increase", "Decrease"], profile.GetProperty("rules").EnumerateArray()
            .Select(rule => rule.GetProperty("scaleAction").GetProperty("direction").GetString()));
        Assert.All(profile.GetProperty("rules").EnumerateArray(), rule =>
        {
            var trigger = rule.GetProperty("metricTrigger");
            Assert.Contains($"\\\"metric\\\":\\\"{trigger.GetProperty("metricName").GetString()}\\\"", report, StringComparison.Ordinal);
            Assert.Contains($"\\\"namespace\\\":\\\"{trigger.GetProperty("metricNamespace").GetString()}\\\"", report, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_budget_tells_somebody(string parameters)
    {
        var budget = (await bicep.Predict(parameters)).Only("Microsoft.Consumption/budgets").GetProperty("properties");

        Assert.All(budget.GetProperty("notifications").EnumerateObject(), notification => Assert.Equal(
            "somebody@example.com", notification.Value.GetProperty("contactEmails")[0].GetString()));
    }

    private static int RedisPort(PredictedDeployment deployment) =>
        deployment.Only("Microsoft.Cache/redisEnterprise/databases").GetProperty("properties").GetProperty("port").GetInt32();
}
