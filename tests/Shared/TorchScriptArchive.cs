using System.IO.Compression;
using System.Text;

namespace OrleansDiffusion.Tests;

/// <summary>
/// A TorchScript file as <c>torch.jit.save</c> writes it, of a module without parameters: a zip of its class in
/// TorchScript and a pickle of the one object.
/// </summary>
internal static class TorchScriptArchive
{
    /// <summary>The file of a module.</summary>
    /// <param name="parameters">What forward takes: <c>x: Tensor, t: Tensor</c>.</param>
    /// <param name="body">Its lines; the last returns.</param>
    /// <param name="returns">The type it returns.</param>
    /// <param name="method">Its name.</param>
    public static byte[] Of(string parameters, string body, string returns = "Tensor", string method = "forward")
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "data.pkl", Pickle());
            Add(zip, "code/__torch__.py", Encoding.UTF8.GetBytes(Code(parameters, body, returns, method)));
            Add(zip, "constants.pkl", [0x80, 2, .. ").\n"u8]);
            Add(zip, "version", "3\n"u8.ToArray());
        }

        return file.ToArray();
    }

    private static string Code(string parameters, string body, string returns, string method) => $"""
        class Denoiser(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def {method}(self: __torch__.Denoiser, {parameters}) -> {returns}:
            {string.Join("\n    ", body.Split('\n', StringSplitOptions.TrimEntries))}

        """;

    // An object of the class __torch__.Denoiser whose state is {"training": True}.
    private static byte[] Pickle() =>
    [
        0x80, 2, .. "c__torch__\nDenoiser\n)"u8, 0x81, .. "}(X"u8, 8, 0, 0, 0, .. "training"u8, 0x88, .. "ub."u8,
    ];

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var stream = zip.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }
}
