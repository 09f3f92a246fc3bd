using System.Buffers.Binary;

namespace OrleansDiffusion.Models.Native;

/// <summary>Edits which symbol versions an ELF file (64-bit, little-endian) asks of the libraries it needs.</summary>
internal static class ElfSymbolVersions
{
    private const int FileHeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int NeedSize = 16;
    private const uint VersionNeedsType = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2; // VER_FLG_WEAK

    private static ReadOnlySpan<byte> Identification => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    /// <summary>Marks a needed version as weak, so that the loader accepts a library without it.</summary>
    /// <returns>Whether the file asks for that version; if not, nothing is changed.</returns>
    public static bool TryMakeOptional(Span<byte> elf, ReadOnlySpan<byte> version)
    {
        if (!TryFindFlags(elf, version, out var offset))
            return false;

        var flags = elf.Slice(offset, sizeof(ushort));
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(UInt16(flags, 0) | Weak));
        return true;
    }

    private static bool TryFindFlags(ReadOnlySpan<byte> elf, ReadOnlySpan<byte> version, out int offset)
    {
        offset = 0;
        return TryFindSection(elf, out var section, out var names)
            && TryFindFlags(elf, section, names, version, out offset);
    }

    // Finds the version needs and the section with the names that they refer to.
    private static bool TryFindSection(ReadOnlySpan<byte> elf, out ulong section, out ulong names)
    {
        section = names = 0;
        if (!TrySlice(elf, 0, FileHeaderSize, out var header) || !header.StartsWith(Identification))
            return false;

        var count = UInt16(header, 0x3c);
        if (count == 0 || !TryGetSection(elf, header, count - 1u, out _))
            return false; // truncated: the section headers come last

        for (var i = 0u; i < count; i++)
        {
            if (!TryGetSection(elf, header, i, out var candidate))
                return false;
            if (UInt32(candidate, 0x04) != VersionNeedsType)
                continue;
            if (!TryGetSection(elf, header, UInt32(candidate, 0x28), out var linked))
                return false;

            section = UInt64(candidate, 0x18);
            names = UInt64(linked, 0x18);
            return true;
        }

        return false;
    }

    private static bool TryGetSection(
        ReadOnlySpan<byte> elf, ReadOnlySpan<byte> header, uint index, out ReadOnlySpan<byte> section) =>
        TrySlice(elf, UInt64(header, 0x28) + ((ulong)index * UInt16(header, 0x3a)), SectionHeaderSize, out section);

    // A list of libraries (verneed), each with a list of versions (vernaux); offsets are relative and 0 ends a list.
    private static bool TryFindFlags(
        ReadOnlySpan<byte> elf, ulong library, ulong names, ReadOnlySpan<byte> version, out int offset)
    {
        offset = 0;
        ulong next;
        do
        {
            if (!TrySlice(elf, library, NeedSize, out var need))
                return false;
            if (TryFindFlagsOfLibrary(elf, library + UInt32(need, 0x08), names, version, out offset))
                return true;

            next = UInt32(need, 0x0c);
            library += next;
        }
        while (next != 0);

        return false;
    }

    private static bool TryFindFlagsOfLibrary(
        ReadOnlySpan<byte> elf, ulong entry, ulong names, ReadOnlySpan<byte> version, out int offset)
    {
        offset = 0;
        ulong next;
        do
        {
            if (!TrySlice(elf, entry, NeedSize, out var need))
                return false;
            if (IsNamed(elf, names + UInt32(need, 0x08), version))
            {
                offset = (int)entry + 0x04;
                return true;
            }

            next = UInt32(need, 0x0c);
            entry += next;
        }
        while (next != 0);

        return false;
    }

    private static bool IsNamed(ReadOnlySpan<byte> elf, ulong name, ReadOnlySpan<byte> version) =>
        TrySlice(elf, name, version.Length + 1, out var text) && text.StartsWith(version) && text[^1] == 0;

    // Every read goes through here, so that no offset in a broken file leads outside it.
    private static bool TrySlice(ReadOnlySpan<byte> elf, ulong offset, int size, out ReadOnlySpan<byte> slice)
    {
        var fits = size <= elf.Length && offset <= (ulong)(elf.Length - size);
        slice = fits ? elf.Slice((int)offset, size) : default;
        return fits;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
