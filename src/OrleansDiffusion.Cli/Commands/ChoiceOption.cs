using System.CommandLine;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>An option that takes one of a few names.</summary>
internal sealed class ChoiceOption<T> : Option<string>
{
    private readonly (string Name, T Value)[] _choices;

    /// <summary>The first choice is the default.</summary>
    public ChoiceOption(string name, string description, params (string Name, T Value)[] choices)
        : base("--" + name)
    {
        _choices = choices;
        Description = $"{description}: {Names}.";
        HelpName = name;
        DefaultValueFactory = _ => choices[0].Name;
        CompletionSources.Add([.. choices.Select(choice => choice.Name)]);
    }

    private string Names => string.Join(", ", _choices.Select(choice => choice.Name));

    /// <summary>The value that was chosen.</summary>
    /// <exception cref="InvalidOptionException">The name is none of the choices.</exception>
    public T Read(ParseResult parsed)
    {
        var given = parsed.GetValue(this);
        foreach (var (name, value) in _choices)
        {
            if (name == given)
                return value;
        }

        throw new InvalidOptionException(Name.TrimStart('-'), $"must be one of {Names}, was {given}");
    }
}
