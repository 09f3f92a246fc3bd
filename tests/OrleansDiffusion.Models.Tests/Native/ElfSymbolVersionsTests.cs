using System.Buffers.Binary;
using System.Text;
using OrleansDiffusion.Models.Native;

namespace OrleansDiffusion.Models.Tests.Native;

public class ElfSymbolVersionsTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const int FileHeaderSize = 64;
    private const int SectionHeaderSize = 64;

    private static readonly byte[] Library = File.ReadAllBytes(Path.Combine(
        ApplicationFolders.Holding(TorchSharpLibrary.FileName, ApplicationFolders.Native)!, TorchSharpLibrary.FileName));

    [Fact]
    public void Only_the_flags_of_the_one_version_change()
    {
        var edited = Library.ToArray();

        Assert.True(MakeOptional(edited));

        // An entry is: hash of the name (4 bytes), flags (2 bytes), and more; 0x2 is VER_FLG_WEAK.
        var flags = Assert.Single(Differences(Library, edited));
        Assert.Equal(SystemVHash(Version), BinaryPrimitives.ReadUInt32LittleEndian(edited.AsSpan(flags - 4)));
        Assert.Equal(0x0, BinaryPrimitives.ReadUInt16LittleEndian(Library.AsSpan(flags)));
        Assert.Equal(0x2, BinaryPrimitives.ReadUInt16LittleEndian(edited.AsSpan(flags)));
    }

    [Fact]
    public void Editing_twice_changes_nothing_more()
    {
        var once = Library.ToArray();
        MakeOptional(once);
        var twice = once.ToArray();

        Assert.True(MakeOptional(twice));
        Assert.Equal(once, twice);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("GLIBCXX_3.4.320")]
    [InlineData("")]
    public void A_version_that_is_not_needed_is_not_found(string version)
    {
        var file = Library.ToArray();

        Assert.False(ElfSymbolVersions.TryMakeOptional(file, Encoding.ASCII.GetBytes(version)));
        Assert.Equal(Library, file);
    }

    [Theory]
    [InlineData(0, 0x7e)] // not ELF
    [InlineData(4, 1)] // 32-bit
    [InlineData(5, 2)] // big-endian
    public void Another_kind_of_file_is_left_alone(int offset, byte value)
    {
        var file = Library.ToArray();
        file[offset] = value;
        var before = file.ToArray();

        Assert.False(MakeOptional(file));
        Assert.Equal(before, file);
    }

    // The section headers are at the end, so no truncation leaves them whole.
    [Fact]
    public void Any_truncation_is_left_alone()
    {
        var random = new Random(1);
        var lengths = Enumerable.Range(0, 300)
            .Concat(Enumerable.Range(Library.Length - 300, 300))
            .Concat(Enumerable.Range(0, 2000).Select(_ => random.Next(Library.Length)));

        foreach (var length in lengths)
        {
            var file = Library[..length];
            Assert.False(MakeOptional(file));
            Assert.True(file.AsSpan().SequenceEqual(Library.AsSpan(0, length)), $"changed at length {length}");
        }
    }

    // Random bytes in the headers and in the version entries lead every offset astray at some time.
    [Fact]
    public void No_damage_leads_outside_the_file_or_to_more_than_one_change()
    {
        var random = new Random(2);
        var places = Places();
        var file = Library.ToArray();
        for (var i = 0; i < 3_000; i++)
        {
            var (start, length) = places[random.Next(places.Length)];
            var damage = file.AsSpan(start + random.Next(length - 8), 1 + random.Next(8));
            var kept = damage.ToArray();
            random.NextBytes(damage);
            if (i % 3 == 0)
                damage.Fill(0xff);

            MakeOptional(file);

            // What the damaged file had changed is undone where it was not the damage itself.
            kept.CopyTo(damage);
            var changes = Differences(Library, file);
            Assert.InRange(changes.Count, 0, 1);
            foreach (var change in changes)
                file[change] = Library[change];
        }
    }

    private static bool MakeOptional(Span<byte> file) =>
        ElfSymbolVersions.TryMakeOptional(file, Encoding.ASCII.GetBytes(Version));

    private static (int Start, int Length)[] Places()
    {
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(Library.AsSpan(0x28));
        var edited = Library.ToArray();
        MakeOptional(edited);
        var flags = Differences(Library, edited).Single();
        return [(0, FileHeaderSize), (sections, SectionHeaderSize * 8), (flags - 0x140, 0x200)];
    }

    private static List<int> Differences(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var differences = new List<int>();
        for (var start = 0; ;)
        {
            var same = a[start..].CommonPrefixLength(b[start..]);
            if (start + same == a.Length)
                return differences;
            differences.Add(start + same);
            start += same + 1;
        }
    }

    // The hash that the System V ABI defines for names in ELF files.
    private static uint SystemVHash(string name)
    {
        var hash = 0u;
        foreach (var c in name)
        {
            hash = (hash << 4) + c;
            var high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
