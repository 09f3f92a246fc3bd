using System.Buffers.Binary;
using System.Text;
using OrleansDiffusion.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

public sealed class HostileFileTests : IDisposable
{
    private const string Metadata = "\"__metadata__\":{\"format\":\"pt\"}";
    private const string A = """
        "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}
        """;

    private const string B = """
        "b":{"dtype":"F16","shape":[4],"data_offsets":[24,32]}
        """;

    private const string Good = $$"""{{{Metadata}},{{A}},{{B}}}""";
    private const int DataBytes = 32;

    private readonly ScratchFile _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>What is replaced in a good header, by what, and what the message says.</summary>
    public static TheoryData<string, string, string> Mistakes => new()
    {
        // dtype
        { "\"F16\"", "\"F8_E4M3\"", "'b': dtype must be one of I64, F32, BF16, F16, was F8_E4M3" },
        { "\"F16\"", "\"f16\"", "'b': dtype" },
        { "\"F16\"", "16", "'b': dtype" },
        { "\"F16\"", "null", "'b': dtype" },
        { "\"F16\"", "\"\\n\\u001b[31m\"", "was ??[31m" },
        { "\"dtype\":\"F16\",", "", "'b': dtype is missing" },

        // shape
        { "[4]", "[5]", "'b': F16 of shape [5] takes 10 bytes, data_offsets [24, 32] hold 8" },
        { "[4]", "[]", "'b'" },
        { "[4]", "[4,0]", "'b'" },
        { "[4]", "[-4]", "'b': shape must hold whole numbers from 0" },
        { "[4]", "[-2,-2]", "'b': shape" },
        { "[4]", "[4.0]", "'b': shape" },
        { "[4]", "[4e0]", "'b': shape" },
        { "[4]", "[\"4\"]", "'b': shape" },
        { "[4]", "[null]", "'b': shape" },
        { "[4]", "[[4]]", "'b': shape" },
        { "[4]", "4", "'b': shape" },
        { "[4]", "{}", "'b': shape" },
        { "[4]", "[9223372036854775807]", "'b': shape [9223372036854775807] overflows" },
        { "[4]", "[9223372036854775808]", "'b': shape" },
        { "[4]", "[18446744073709551615]", "'b': shape" },
        { "[4]", "[99999999999999999999999999]", "'b': shape" },
        { "[4]", "[4294967296,4294967296]", "overflows" },
        { "[4]", "[9223372036854775807,0]", "overflows" },
        { "[4]", "[0,4294967296,4294967296]", "overflows" },
        { "[4]", "[4611686018427387908,2]", "overflows" }, // 8, if it wrapped
        { "\"shape\":[4],", "", "'b': shape is missing" },

        // data_offsets
        { "[24,32]", "[32,24]", "'b': data_offsets are reversed" },
        { "[24,32]", "[24,33]", "'b'" },
        { "[24,32]", "[24,31]", "'b'" },
        { "[24,32]", "[24]", "'b': data_offsets" },
        { "[24,32]", "[24,32,32]", "'b': data_offsets" },
        { "[24,32]", "[]", "'b': data_offsets" },
        { "[24,32]", "[-8,0]", "'b': data_offsets" },
        { "[24,32]", "[24,-1]", "'b': data_offsets" },
        { "[24,32]", "[24.5,32]", "'b': data_offsets" },
        { "[24,32]", "\"24,32\"", "'b': data_offsets" },
        { "[24,32]", "[9223372036854775800,9223372036854775808]", "'b': data_offsets" },
        { "[24,32]", "[9223372036854775799,9223372036854775807]", "'b' starts" },
        { ",\"data_offsets\":[24,32]", "", "'b': data_offsets is missing" },

        // layout
        { "[24,32]", "[16,24]", "'b' starts at byte 16 of the data, before another one ends at 24" },
        { "[24,32]", "[0,8]", "'a' starts" },
        { "[24,32]", "[25,33]", "'b' starts at byte 25 of the data, behind a hole from 24" },
        { "[4],\"data_offsets\":[24,32]", "[8],\"data_offsets\":[24,40]", "'b' ends at byte 40" },
        { "[4],\"data_offsets\":[24,32]", "[3],\"data_offsets\":[24,30]", "2 bytes follow" },
        { "[4],\"data_offsets\":[24,32]", "[0],\"data_offsets\":[24,24]", "8 bytes follow" },
        { "[4],\"data_offsets\":[24,32]", "[0],\"data_offsets\":[12,12]", "'b' starts" },
        { "," + B, "", "8 bytes follow" },
        { A + ",", "", "'b' starts at byte 24 of the data, behind a hole from 0" },

        // entries and names
        { B, "\"b\":[]", "'b': must be an object" },
        { B, "\"b\":null", "'b'" },
        { B, "\"b\":\"F16\"", "'b'" },
        { B, "\"b\":{}", "'b': dtype is missing" },
        { "\"b\"", "\"a\"", "'a'" },
        { "\"b\"", "\"\\u0061\"", "'a'" },
        { "\"b\":", "\"b\\nc\":[],\"d\":", "'b?c'" },
        { "\"b\"", "\"\\ud800\"", "header" },
        { "\"dtype\":\"F16\"", "\"dtype\":\"F16\",\"dtype\":\"F16\"", "dtype" },
        { "\"dtype\":\"F16\"", "\"\\ud800\":1,\"dtype\":\"F16\"", "header" },
        { "\"shape\":[4]", "\"shape\":[4],\"shape\":[4]", "shape" },

        // metadata
        { Metadata, "\"__metadata__\":null", "__metadata__" },
        { Metadata, "\"__metadata__\":\"pt\"", "__metadata__" },
        { Metadata, "\"__metadata__\":[\"pt\"]", "__metadata__" },
        { Metadata, "\"__metadata__\":{\"format\":1}", "__metadata__ 'format'" },
        { Metadata, "\"__metadata__\":{\"format\":null}", "__metadata__ 'format'" },
        { Metadata, "\"__metadata__\":{\"format\":{}}", "__metadata__ 'format'" },
        { Metadata, "\"__metadata__\":{\"format\":\"\\udc00\"}", "header" },
        { Metadata, "\"__metadata__\":{\"format\":\"a\",\"format\":\"b\"}", "format" },
        { Metadata, Metadata + "," + Metadata, "__metadata__" },
        { "}," + B, "," + B + "}", "8 bytes follow" },

        // JSON
        { Good, "", "not a JSON object" },
        { Good, "null", "not a JSON object" },
        { Good, "[]", "not a JSON object" },
        { Good, "7", "not a JSON object" },
        { Good, " " + Good, "not a JSON object" },
        { Good, "\ufeff" + Good, "not a JSON object" },
        { Good, Good + "}", "header" },
        { Good, Good + Good, "header" },
        { Good, Good + "\0", "header" },
        { Good, "{", "header" },
        { "[4]", "[4,]", "header" },
        { "[4]", "[NaN]", "header" },
        { "[4]", "[04]", "header" },
        { "\"b\"", "b", "header" },
        { "\"b\"", "/* b */ \"b\"", "header" },
    };

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void The_header_that_the_others_are_made_from_is_read()
    {
        _scratch.WriteBytes(ScratchFile.Bytes(Good, DataBytes));

        using var file = _scratch.Open();
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([2, 3], file.Load("a").shape);
        var b = file.Entries["b"];
        Assert.Equal((SafetensorsDtype.F16, 24, 32), (b.Dtype, b.Begin, b.End));
    }

    [Theory]
    [InlineData("\"F16\"", "\"F16\",\"layout\":{\"strides\":[1]}")] // what a later version may say
    [InlineData("}", "}  \n ")]
    [InlineData(Metadata + ",", "")]
    [InlineData(Metadata, "\"__metadata__\":{}")]
    [InlineData("[4]", "[1,2,1,2]")]
    [InlineData("\"b\"", "\"z\":{\"dtype\":\"I64\",\"shape\":[0,9],\"data_offsets\":[24,24]},\"b\"")]
    [InlineData("\"b\"", "\"z\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[32,32]},\"b\"")]
    public void What_is_unusual_but_right_is_read(string part, string replacement)
    {
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced(part, replacement), DataBytes));

        Assert.True(_scratch.TryLoadAll());
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_one_line_that_names_it(string part, string replacement, string said)
    {
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced(part, replacement), DataBytes));

        Assert.Contains(said, _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_refused()
    {
        var whole = ScratchFile.Bytes(Good, DataBytes);
        for (var length = 0; length < whole.Length; length++)
        {
            _scratch.WriteBytes(whole[..length]);
            _scratch.Refusal();
        }
    }

    [Fact]
    public void A_byte_too_many_is_refused()
    {
        _scratch.WriteBytes([.. ScratchFile.Bytes(Good, DataBytes), 0]);

        Assert.Contains("1 bytes follow", _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData((1UL << 63) - 1)]
    [InlineData(1UL << 32)]
    [InlineData(100_000_001UL)]
    [InlineData(100_000_000UL)]
    [InlineData(512UL)]
    public void A_header_that_claims_too_much_is_refused_before_anything_is_allocated(ulong claimed)
    {
        var file = ScratchFile.Bytes(Good, DataBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(file, claimed);
        _scratch.WriteBytes(file);
        _scratch.Refusal(); // what the first time costs alone
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = _scratch.Refusal();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains($"{claimed}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_of_more_than_100_MB_is_refused_though_it_is_there()
    {
        _scratch.WriteBytes(BitConverter.GetBytes(100_000_001L));
        using (var stream = File.OpenWrite(_scratch.Path))
            stream.SetLength(200_000_000); // a hole on the disk: it takes no room there

        Assert.Contains("at most 100000000 bytes", _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL, "not a JSON object")]
    [InlineData(1UL, "header")]
    [InlineData(100UL, "header")]
    public void A_header_that_claims_too_little_is_refused(ulong claimed, string said)
    {
        var file = ScratchFile.Bytes(Good, DataBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(file, claimed);
        _scratch.WriteBytes(file);

        Assert.Contains(said, _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_may_be_as_long_as_the_file_but_for_its_length()
    {
        _scratch.WriteBytes(ScratchFile.Bytes("{}", 0));

        Assert.True(_scratch.TryLoadAll());
    }

    [Fact]
    public void A_header_that_is_not_UTF_8_is_refused()
    {
        var header = Encoding.Latin1.GetBytes(Replaced("\"b\"", "\"größe\""));
        _scratch.WriteBytes(ScratchFile.Bytes(header, DataBytes));

        Assert.Equal("the header is not UTF-8", _scratch.Refusal());
    }

    [Theory]
    [InlineData("[4]", "")]
    [InlineData("\"F16\"", "")]
    [InlineData(Metadata, "\"__metadata__\":")]
    [InlineData(B, "\"b\":")]
    public void Absurd_nesting_is_refused(string part, string start)
    {
        var nested = new string('[', 1_000_000) + new string(']', 1_000_000);
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced(part, start + nested), DataBytes));

        Assert.Contains("the header is broken", _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_an_end_is_refused()
    {
        _scratch.WriteBytes(ScratchFile.Bytes(string.Concat(Enumerable.Repeat("{\"x\":", 1_000_000)), 0));

        Assert.Contains("the header is broken", _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Absurdly_large_sizes_are_cut_short()
    {
        var sizes = string.Join(',', Enumerable.Repeat(long.MaxValue, 64));
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced("[4]", $"[{sizes}]"), DataBytes));

        Assert.EndsWith("… overflows", _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Absurdly_many_sizes_are_refused()
    {
        var sizes = string.Join(',', Enumerable.Repeat(1, 1_000_000));
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced("[4]", $"[4,{sizes}]"), DataBytes));

        Assert.Contains("'b': shape must have at most 64 entries", _scratch.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_sizes_as_are_allowed_are_loaded()
    {
        var sizes = string.Join(',', Enumerable.Repeat(1, 63));
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced("[4]", $"[4,{sizes}]"), DataBytes));

        using var file = _scratch.Open();
        Assert.Equal(64, file.Load("b", ScalarType.Float32).shape.Length);
    }

    [Fact]
    public void An_absurdly_long_name_is_cut_short()
    {
        var name = new string('n', 1_000_000);
        _scratch.WriteBytes(ScratchFile.Bytes(Replaced("\"b\":", $"\"{name}\":[],\"b\":"), DataBytes));

        Assert.InRange(_scratch.Refusal().Length, 80, 200);
    }

    [Fact]
    public void What_is_no_file_is_one_line_that_names_it()
    {
        _scratch.Refusal();
        Directory.CreateDirectory(_scratch.Path);
        _scratch.Refusal();
    }

    [Fact]
    public void A_refused_file_is_closed()
    {
        _scratch.WriteBytes(ScratchFile.Bytes("{", 0));
        _scratch.Refusal();

        using var exclusive = new FileStream(_scratch.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(9, exclusive.Length);
    }

    [Fact]
    public void Beyond_2_GiB_a_tensor_is_where_it_is_said_to_be()
    {
        const long Far = 3L << 30;
        var header = """{"far":{"dtype":"F32","shape":[805306368],"data_offsets":[0,3221225472]}""" +
            ""","b":{"dtype":"F16","shape":[4],"data_offsets":[3221225472,3221225480]}}""";
        _scratch.WriteBytes(ScratchFile.Bytes(header, 0));
        using (var stream = File.OpenWrite(_scratch.Path)) // a hole on the disk again
        {
            stream.Position = 8 + header.Length + Far;
            stream.Write([1, 2, 3, 4, 5, 6, 7, 8]);
        }

        using var file = _scratch.Open();
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], file.Load("b").bytes.ToArray());
    }

    private static string Replaced(string part, string replacement)
    {
        var at = Good.LastIndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0);
        return Good[..at] + replacement + Good[(at + part.Length)..];
    }
}
