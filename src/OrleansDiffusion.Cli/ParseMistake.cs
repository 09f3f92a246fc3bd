using System.CommandLine;
using System.CommandLine.Parsing;

namespace OrleansDiffusion.Cli;

/// <summary>What is wrong with a command line that does not parse, in one line that names the word at fault.</summary>
internal static class ParseMistake
{
    /// <summary>The mistake to tell first.</summary>
    public static string Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var unknown, ..])
            return $"{unknown}: no such command or option; {PathOf(parsed.CommandResult)} --help lists them";
        var error = parsed.Errors[0];
        if (OptionOf(error.SymbolResult) is { Tokens: [var token] } option && AllowedBy(option.Option) is { } allowed)
            return $"{option.Option.Name} must be {allowed}, was {token.Value}";
        return command.Subcommands.Count > 0
            ? $"{PathOf(parsed.CommandResult)} needs a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}"
            : error.Message.ReplaceLineEndings(" ");
    }

    private static OptionResult? OptionOf(SymbolResult? result) => result as OptionResult ?? result?.Parent as OptionResult;

    private static string? AllowedBy(Option option) =>
        Type.GetTypeCode(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) switch
        {
            TypeCode.Int32 => "a whole number",
            TypeCode.UInt64 => "a whole number, 0 or more",
            TypeCode.Double => "a number",
            _ => null,
        };

    private static string PathOf(CommandResult command) => command.Parent is CommandResult parent
        ? $"{PathOf(parent)} {command.Command.Name}"
        : command.Command.Name;
}
