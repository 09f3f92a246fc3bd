using OrleansDiffusion.Tests;
using TorchSharp;

[assembly: AssemblyFixture(typeof(OneTorchThread))]

namespace OrleansDiffusion.Tests;

/// <summary>The tensors here are small: more threads only wait for one another, and test classes run side by side.</summary>
public sealed class OneTorchThread
{
    public OneTorchThread() => torch.set_num_threads(1);
}
