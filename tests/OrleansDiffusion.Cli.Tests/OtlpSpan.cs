namespace OrleansDiffusion.Cli.Tests;

/// <summary>A span as it is sent by OTLP; the numbers of fields are those of its trace.proto.</summary>
/// <param name="Service">The service that sent it.</param>
/// <param name="TraceId">Its trace, in hexadecimal, as the ids are.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">That of the span that it belongs to; empty for none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tags">Its attributes, as text.</param>
internal sealed record OtlpSpan(
    string Service, string TraceId, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags)
{
    public static OtlpSpan Of(ProtoMessage span, string service) =>
        new(service, span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), Attributes(span, field: 9));

    /// <summary>The attributes that a field of a message repeats.</summary>
    public static IReadOnlyDictionary<string, string> Attributes(ProtoMessage message, int field) =>
        message.Messages(field).ToDictionary(entry => entry.Text(1), entry => Value(entry.Messages(2).Single()));

    // A text, or else a whole number.
    private static string Value(ProtoMessage value) => value.Has(1) ? value.Text(1) : $"{value.Number(3)}";
}
