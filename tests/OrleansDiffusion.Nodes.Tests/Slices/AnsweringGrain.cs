using System.Reflection;

namespace OrleansDiffusion.Nodes.Tests.Slices;

/// <summary>A grain whose calls a test answers.</summary>
public class AnsweringGrain : DispatchProxy
{
    private Func<object?[], object> _answer = null!;
    private string _method = null!;

    /// <summary>One that can be called by one method only.</summary>
    public static T Of<T>(string method, Func<object?[], object> answer) where T : class
    {
        var grain = Create<T, AnsweringGrain>();
        var proxy = (AnsweringGrain)(object)grain;
        (proxy._method, proxy._answer) = (method, answer);
        return grain;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == _method ? _answer(args!) : throw new NotSupportedException(targetMethod.Name);
}
