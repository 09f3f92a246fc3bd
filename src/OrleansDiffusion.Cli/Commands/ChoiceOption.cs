using System.CommandLine;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>An option that takes one of a few names.</summary>
internal sealed class ChoiceOption<T> : Option<string>
{
    private readonly NamedChoice<T> _choice;

    /// <summary>The first name is the default.</summary>
    public ChoiceOption(NamedChoice<T> choice, string description)
        : base("--" + choice.Option)
    {
        _choice = choice;
        Description = $"{description}: {string.Join(", ", choice.Names)}.";
        HelpName = choice.Option;
        DefaultValueFactory = _ => choice.Names[0];
        CompletionSources.Add([.. choice.Names]);
    }

    /// <summary>The value that was chosen.</summary>
    /// <exception cref="InvalidOptionException">The name is none of the choices.</exception>
    public T Read(ParseResult parsed) => _choice.Read(parsed.GetValue(this));
}
