using System.Runtime.CompilerServices;
using OrleansDiffusion.Models.Native;
using TorchSharp;

// "load" calls LibTorch.Load() first; "hook" only touches the library and leaves the rest to TorchSharp's first use.
try
{
    if (args is ["load"])
        LibTorch.Load();
    else
        RuntimeHelpers.RunModuleConstructor(typeof(LibTorch).Module.ModuleHandle);

    using var ones = torch.ones(2, 3);
    using var sum = ones.sum();
    Console.WriteLine(sum.ToSingle());
    return 0;
}
catch (Exception e) when (e.GetBaseException() is DllNotFoundException missing)
{
    Console.Error.WriteLine(missing.Message);
    return 1;
}
