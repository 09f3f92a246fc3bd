using System.Collections.Immutable;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Grid.Planning;

/// <summary>An option that takes one of a few values, each asked for by its name.</summary>
/// <typeparam name="T">What a name stands for.</typeparam>
public sealed class NamedChoice<T>
{
    private readonly (string Name, T Value)[] _values;

    /// <summary>An option and its values.</summary>
    /// <param name="option">The option's name as on the command line, without dashes in front.</param>
    /// <param name="values">The values under their names; the first is the default.</param>
    public NamedChoice(string option, params (string Name, T Value)[] values)
    {
        Option = option;
        _values = values;
        Names = [.. values.Select(value => value.Name)];
    }

    /// <summary>The option's name as on the command line, without dashes in front.</summary>
    public string Option { get; }

    /// <summary>The names, the default first.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The value of a name.</summary>
    /// <exception cref="InvalidOptionException">There is no such name.</exception>
    public T Read(string? name)
    {
        foreach (var (known, value) in _values)
        {
            if (known == name)
                return value;
        }

        throw new InvalidOptionException(Option, $"must be one of {string.Join(", ", Names)}, was {name}");
    }

    /// <summary>The name of a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none of the values.</exception>
    public string NameOf(T value)
    {
        foreach (var (name, known) in _values)
        {
            if (EqualityComparer<T>.Default.Equals(known, value))
                return name;
        }

        throw new ArgumentOutOfRangeException(nameof(value), value, $"not a value of {Option}");
    }
}
