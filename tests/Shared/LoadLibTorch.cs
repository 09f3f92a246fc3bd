using System.Runtime.CompilerServices;
using OrleansDiffusion.Models.Native;

namespace OrleansDiffusion.Tests;

/// <summary>A test may use TorchSharp before any type of OrleansDiffusion.Models, so libtorch is loaded at the start.</summary>
internal static class LoadLibTorch
{
    [ModuleInitializer]
    internal static void Load() => LibTorch.Load();
}
