using System.Buffers.Binary;
using System.Text;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Tests.Checkpoints;

/// <summary>Contents that somebody has changed, and whose pointer agrees with the change.</summary>
public sealed class HostileContentTests
{
    private const string Batch = "7/0";
    private const string Content = "content.safetensors";
    private const string Folder = "jobs/7/checkpoints/0/";

    private readonly MemoryObjectStore _objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Good => CheckpointContent.Write(Batch, TestCheckpoint.Of(1)).ToArray();

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "\"batch\":\"7/0\"", "\"batch\":\"8/0\"", "is of batch '8/0', not '7/0'" },
        { "\"batch\"", "\"catch\"", "__metadata__ 'batch' is missing" },
        { "\"account\"", "\"Account\"", "__metadata__ 'account' is missing" },
        { "\"jobHash\"", "\"jobhash\"", "__metadata__ 'jobHash' is missing" },
        { "\"states\"", "\"State s\"", "tensor 'states' is missing" },
        { "\"leads\"", "\"beads\"", "tensor 'leads' is missing" },
        { "\"F32\",\"shape\":[3,3]", "\"F32\",\"shape\":[9,1]", "has tensors of different numbers of samples" },
        { "\"F32\",\"shape\":[3,3]", "\"F32\",\"shape\":[9]", "has tensors of different numbers of samples" },
        { "\"F32\",\"shape\":[3,3]", "\"F16\",\"shape\":[3,6]", "tensor 'states' must be F32, is F16" },
        { "\"I64\",\"shape\":[3]", "\"I64\",\"shape\":[3,1]", "tensor 'leads' must have one size, has 2" },
        { "\"I64\",\"shape\":[3]", "\"I64\",\"shape\":[4]", "takes 32 bytes" },
        { "[3,3]", "[4611686018427387904,3]", "overflows" },
    };

    [Fact]
    public async Task The_content_that_the_others_are_made_from_is_read() =>
        TestCheckpoint.AssertSame(TestCheckpoint.Of(1), await Read(Good));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_one_line_that_names_it(string part, string replacement, string said)
    {
        var text = Encoding.Latin1.GetString(Good);
        var header = text.Substring(8, (int)BitConverter.ToInt64(Good));
        Assert.Contains(part, header, StringComparison.Ordinal);
        var at = header.IndexOf(part, StringComparison.Ordinal);
        var changed = header.Remove(at, part.Length).Insert(at, replacement);

        var message = await Refusal(
            [.. BitConverter.GetBytes((long)changed.Length), .. Encoding.Latin1.GetBytes(changed + text[(8 + header.Length)..])]);

        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("leads", -1)]
    [InlineData("leads", 1L << 31)]
    [InlineData("present", 2)]
    [InlineData("present", -1)]
    public async Task Numbers_out_of_their_range_are_refused(string tensor, long number)
    {
        var content = Good;
        var data = 8 + (int)BitConverter.ToInt64(content);
        var start = data + (tensor == "leads" ? 0 : 3 * sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(start), number);

        Assert.Contains($"tensor '{tensor}' must hold numbers from 0 to", await Refusal(content), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_content_that_is_cut_off_at_any_byte_is_refused()
    {
        for (var length = 0; length < Good.Length; length++)
            await Refusal(Good[..length]);
        await Refusal([.. Good, 0]);
    }

    [Fact]
    public async Task A_changed_byte_is_refused_where_the_pointer_knows_nothing_of_it()
    {
        var pointed = CheckpointPointer.HashOf(Good);
        for (var i = 0; i < Good.Length; i++)
        {
            var content = Good;
            content[i] ^= 1;

            var refusal = await Assert.ThrowsAsync<BrokenObjectException>(() => Read(content, pointed));

            Assert.Contains("its SHA-256 is not the one in latest.json", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Bytes_changed_at_random_give_a_checkpoint_or_a_refusal()
    {
        var random = new Random(1);
        var read = 0;
        for (var round = 0; round < 2000; round++)
        {
            var content = Good;
            for (var change = random.Next(1, 4); change > 0; change--)
                content[random.Next(content.Length)] = (byte)random.Next(256);
            try
            {
                var checkpoint = await Read(content);
                Assert.Equal(checkpoint!.Leads.Length, checkpoint.States.Length);
                read++;
            }
            catch (Exception e) when (e is BrokenObjectException or CheckpointMismatchException)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }

        Assert.InRange(read, 1, 1999);
    }

    private async Task<string> Refusal(byte[] content)
    {
        var message = (await Assert.ThrowsAsync<BrokenObjectException>(() => Read(content))).Message;
        Assert.StartsWith($"'{Folder}{Content}' is broken: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
        return message;
    }

    private async Task<Checkpoint?> Read(byte[] content, string? hash = null)
    {
        var pointer = new CheckpointPointer("somebody", Content, hash ?? CheckpointPointer.HashOf(content));
        await _objects.Write(Folder + Content, content, WriteCondition.Always, Token);
        await _objects.Write(Folder + "latest.json", pointer.Write(), WriteCondition.Always, Token);
        return (await new CheckpointStore(_objects).Claim(Batch, TestCheckpoint.JobHash, Token)).Last;
    }
}
