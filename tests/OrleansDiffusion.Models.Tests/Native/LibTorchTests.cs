using OrleansDiffusion.Models.Native;
using TorchSharp;

namespace OrleansDiffusion.Models.Tests.Native;

public class LibTorchTests
{
    [Fact]
    public void Tensors_compute()
    {
        using var a = torch.tensor(new float[] { 1, 2, 3, 4 }, 2, 2);
        using var b = torch.tensor(new float[] { 5, 6, 7, 8 }, 2, 2);
        using var product = a.matmul(b);

        Assert.Equal([19, 22, 43, 50], product.data<float>().ToArray());
    }

    [Fact]
    public void Loading_again_from_many_threads_changes_nothing() => Parallel.For(0, 16, _ => LibTorch.Load());
}
