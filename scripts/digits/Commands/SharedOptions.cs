using System.CommandLine;
using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Commands;

/// <summary>Options that every command has.</summary>
internal static class SharedOptions
{
    private static readonly Option<string> WorkFolder = new("--work")
    {
        Description = "Folder of the data (package/src/digits/*.json), checkpoints and the classifier.",
        DefaultValueFactory = _ => Path.Combine("artifacts", "digits"),
        Recursive = true,
    };

    private static readonly Option<int?> Threads =
        new("--threads") { Description = "Threads; one for each core if not given.", Recursive = true };

    private static readonly Option<string?> DeviceName =
        new("--device") { Description = "cpu or cuda:0; cuda:0 where there is one if not given.", Recursive = true };

    /// <summary>Adds them to the root command.</summary>
    public static void AddTo(RootCommand root)
    {
        root.Options.Add(WorkFolder);
        root.Options.Add(Threads);
        root.Options.Add(DeviceName);
    }

    /// <summary>The folder of data, checkpoints and the classifier.</summary>
    public static string Work(ParseResult parsed) => parsed.GetValue(WorkFolder)!;

    /// <summary>How many threads train; one where a GPU computes.</summary>
    public static int ThreadsOn(Device device, ParseResult parsed) =>
        device.type == DeviceType.CPU ? parsed.GetValue(Threads) ?? Environment.ProcessorCount : 1;

    /// <summary>Reads the digits.</summary>
    public static DigitsData Digits(ParseResult parsed) =>
        DigitsData.Read(Path.Combine(Work(parsed), "package", "src", "digits"));

    /// <summary>Loads libtorch, and says where to compute.</summary>
    public static Device LoadTorch(ParseResult parsed)
    {
        HostAllocator.KeepFreedMemory();
        LibTorch.Load();
        set_num_threads(1);
        return device(parsed.GetValue(DeviceName) ?? (cuda.is_available() ? "cuda:0" : "cpu"));
    }
}
