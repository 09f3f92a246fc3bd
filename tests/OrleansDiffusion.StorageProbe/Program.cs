using System.Globalization;
using System.Text;
using OrleansDiffusion.Storage.Folders;
using OrleansDiffusion.Storage.Objects;

// "count FOLDER NAME N" adds 1 to a number N times; "claim FOLDER NAME" prints whether it has made the object;
// "overwrite FOLDER NAME BYTES" writes the object with one repeated byte after another until it is ended;
// "fill FOLDER NAME BYTES" overwrites one small object by one that is too large for the disk, and prints what is left.
var store = new FolderObjectStore(args[1]);
var name = args[2];
switch (args[0])
{
    case "count":
        for (var added = 0; added < Number(args[3]);)
            added += await TryAdd() ? 1 : 0;
        break;
    case "claim":
        Console.WriteLine(await Wrote([], WriteCondition.IfAbsent) ? "made" : "found");
        break;
    case "overwrite":
        for (var i = 0; ; i++)
        {
            await store.Write(name, Repeated(i), WriteCondition.Always, CancellationToken.None);
            await Console.Error.WriteLineAsync($"{i}");
        }

    case "fill":
        await Fill();
        break;
    default:
        throw new ArgumentException($"what is '{args[0]}'?", nameof(args));
}

async Task<bool> TryAdd()
{
    var there = await store.Read(name, CancellationToken.None);
    return there is null
        ? await Wrote("1"u8.ToArray(), WriteCondition.IfAbsent)
        : await Wrote(
            Encoding.ASCII.GetBytes($"{Number(Encoding.ASCII.GetString(there.Content.Span)) + 1}"),
            WriteCondition.IfVersion(there.Version));
}

async Task<bool> Wrote(byte[] content, WriteCondition condition)
{
    try
    {
        await store.Write(name, content, condition, CancellationToken.None);
        return true;
    }
    catch (StoreConflictException)
    {
        return false;
    }
}

async Task Fill()
{
    await store.Write(name, "old"u8.ToArray(), WriteCondition.Always, CancellationToken.None);
    try
    {
        await store.Write(name, Repeated(0), WriteCondition.Always, CancellationToken.None);
    }
    catch (StoreException e)
    {
        Console.WriteLine($"{e.MayPass}: {e.Message}");
    }

    foreach (var path in Directory.EnumerateFiles(args[1], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        Console.WriteLine($"{Path.GetRelativePath(args[1], path)} {new FileInfo(path).Length}");
    await store.Write(name, "new"u8.ToArray(), WriteCondition.Always, CancellationToken.None);
}

byte[] Repeated(int i)
{
    var content = new byte[Number(args[3])];
    Array.Fill(content, (byte)i);
    return content;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
