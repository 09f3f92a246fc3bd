using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace OrleansDiffusion.Models.Native;

/// <summary>Loads libtorch for TorchSharp on Linux: from <c>ODIFF_LIBTORCH</c> if that is set, else from the
/// application's own folder, and also where the C++ runtime is older than the one TorchSharp was linked with.</summary>
public static class LibTorch
{
    private static readonly Lazy<nint> TorchSharpHandle = new(LoadLibraries);

    /// <summary>Loads libtorch unless it is loaded. Called before the first use of TorchSharp it fails with one clear
    /// line; without the call, the first use of TorchSharp loads libtorch, and wraps the error. On other systems than
    /// Linux it does nothing.</summary>
    /// <exception cref="DllNotFoundException">libtorch was not found or cannot be loaded.</exception>
    public static void Load()
    {
        if (OperatingSystem.IsLinux())
            _ = TorchSharpHandle.Value;
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp may be used without a call into this library.")]
    internal static void TakeOverFromTorchSharp()
    {
        if (OperatingSystem.IsLinux() && TrySetResolver())
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Pretend;
    }

    private static bool TrySetResolver()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, Resolve);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The application has set a resolver of its own; there can be only one.
            return false;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        IsTorch(name) ? TorchSharpHandle.Value : 0;

    // Before its first call into native code TorchSharp tries to load the libraries itself. Where it fails it copies
    // packages and hides the reason, so it is told that all is well; the call itself then goes to Resolve.
    private static nint Pretend(Assembly assembly, string name) =>
        assembly == typeof(torch).Assembly && IsTorch(name) ? NativeLibrary.GetMainProgramHandle() : 0;

    private static bool IsTorch(string name) => name is "LibTorchSharp" or "torch_cpu" or "torch_cuda";

    private static nint LoadLibraries()
    {
        foreach (var path in LibTorchFiles.Find())
            NativeLibrary.Load(path);

        return TorchSharpLibrary.Load();
    }
}
