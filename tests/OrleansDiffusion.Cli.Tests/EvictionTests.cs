using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A silo whose machine is taken away, as Azure's instance metadata endpoint tells it.</summary>
public sealed class EvictionTests : IDisposable
{
    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("Preempt")]
    [InlineData("Terminate")]
    public async Task Silo_leaves_when_its_machine_is_to_go_and_says_when_it_has(string eventType)
    {
        await using var metadata = new FakeMetadata("vm-7");
        var ports = LoopbackPorts.Free(2);
        await using var silo = OdiffProcess.Start(
            _odiff,
            $"silo --silo-port {ports[0]} --gateway-port {ports[1]} --devices cpu --eviction-notices {metadata.Address}");
        await silo.Ready();

        // Of neither it has to take any notice.
        metadata.Schedule("first", eventType, "vm-8");
        metadata.Schedule("second", "Freeze", "vm-7");
        await metadata.HasBeenAsked(times: 2);
        metadata.Schedule("third", eventType, "vm-7");
        Assert.Equal($"silo leaves {eventType} third", await silo.Ready());

        Assert.Equal(["third"], await metadata.Approved());
        Assert.Equal(0, await silo.Ended());
    }

    [Fact]
    public async Task Silo_that_shares_its_machine_leaves_it_to_the_others()
    {
        await using var metadata = new FakeMetadata("vm-7");
        var ports = LoopbackPorts.Free(2);
        await using var silo = OdiffProcess.Start(
            _odiff,
            $"silo --silo-port {ports[0]} --gateway-port {ports[1]} --devices cpu --eviction-notices {metadata.Address} --shares-machine");
        await silo.Ready();

        metadata.Schedule("first", "Preempt", "vm-7");

        Assert.Equal("silo leaves Preempt first", await silo.Ready());
        Assert.Equal(0, await silo.Ended());
        Assert.False(metadata.HasApproved);
    }

    /// <summary>The part of the endpoint that silos ask; it fails now and then, as the real one does.</summary>
    private sealed class FakeMetadata : IAsyncDisposable
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

        private readonly HttpListener _listener = new();
        private readonly string _machine;
        private readonly ConcurrentQueue<(string Id, string Type, string Machine)> _events = new();
        private readonly TaskCompletionSource<string[]> _approved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _asked = new(0);
        private readonly Task _serving;
        private int _requests;

        public FakeMetadata(string machine)
        {
            _machine = machine;
            Address = $"http://127.0.0.1:{LoopbackPorts.Free(1)[0]}/";
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _serving = Serve();
        }

        public string Address { get; }

        public void Schedule(string id, string type, string machine) => _events.Enqueue((id, type, machine));

        public async Task HasBeenAsked(int times)
        {
            while (_asked.Wait(0, CancellationToken.None))
            {
                // Before the call.
            }

            for (var i = 0; i < times; i++)
                Assert.True(await _asked.WaitAsync(Deadline, TestContext.Current.CancellationToken));
        }

        public bool HasApproved => _approved.Task.IsCompleted;

        public Task<string[]> Approved() => _approved.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
            _asked.Dispose();
        }

        private async Task Serve()
        {
            while (_listener.IsListening)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    await Answer(context);
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private async Task Answer(HttpListenerContext context)
        {
            var (request, response) = (context.Request, context.Response);
            if (request.Headers["Metadata"] != "true" || ++_requests % 3 == 1)
            {
                response.StatusCode = 400;
                return;
            }

            if (request.HttpMethod == "POST")
            {
                using var body = await JsonDocument.ParseAsync(request.InputStream);
                _approved.TrySetResult([.. body.RootElement.GetProperty("StartRequests").EnumerateArray()
                    .Select(start => start.GetProperty("EventId").GetString()!)]);
                return;
            }

            var isEvents = request.Url!.AbsolutePath == "/metadata/scheduledevents";
            await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(isEvents ? Events() : _machine));
            if (isEvents)
                _asked.Release();
        }

        private string Events() => JsonSerializer.Serialize(new
        {
            DocumentIncarnation = _events.Count,
            Events = _events.Select(due => new
            {
                EventId = due.Id, EventStatus = "Scheduled", EventType = due.Type, ResourceType = "VirtualMachine",
                Resources = new[] { due.Machine }, NotBefore = "Mon, 19 Sep 2026 18:29:47 GMT",
            }),
        });
    }
}
