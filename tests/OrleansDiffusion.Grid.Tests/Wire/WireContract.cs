using System.Reflection;
using System.Text;

namespace OrleansDiffusion.Grid.Tests.Wire;

/// <summary>What an assembly's types look like to silos and clients of another version, as text.</summary>
internal static class WireContract
{
    /// <summary>All serialised types and grain interfaces of an assembly, by their alias.</summary>
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetTypes().Where(IsOnTheWire).OrderBy(AliasOf, StringComparer.Ordinal))
        {
            if (text.Length > 0)
                text.Append('\n');
            Append(text, type);
        }

        return text.ToString();
    }

    /// <summary>Whether values of a type are sent.</summary>
    public static bool IsSerialized(Type type) => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    private static bool IsOnTheWire(Type type) => IsSerialized(type) || IsGrainInterface(type);

    private static bool IsGrainInterface(Type type) => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);

    private static bool HasKey(Type type) => type.Name.StartsWith("IGrainWith", StringComparison.Ordinal);

    private static void Append(StringBuilder text, Type type)
    {
        var members = type switch
        {
            { IsEnum: true } => Values(type),
            { IsInterface: true } => Methods(type),
            _ => Members(type),
        };
        text.Append(KindOf(type)).Append(' ').Append(AliasOf(type)).Append(BaseOf(type)).Append('\n');
        foreach (var member in members)
            text.Append("  ").Append(member).Append('\n');
    }

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => $"enum {NameOf(type.GetEnumUnderlyingType())}",
        { IsInterface: true } => "grain",
        { IsValueType: true } => "struct",
        { IsAbstract: true } => "abstract class",
        _ => "class",
    };

    private static string BaseOf(Type type)
    {
        if (type.IsInterface)
            return $" : {string.Join(", ", type.GetInterfaces().Where(HasKey).Select(NameOf).Order(StringComparer.Ordinal))}";
        return type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) ? $" : {NameOf(parent)}" : "";
    }

    private static IEnumerable<string> Values(Type type) => Enum.GetValues(type).Cast<object>()
        .Select(value => $"{Convert.ToInt64(value)} {value}");

    private static IEnumerable<string> Members(Type type) => type
        .GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Select(member => (Member: member, Id: member.GetCustomAttribute<IdAttribute>(inherit: false)?.Id))
        .Where(member => member.Id is not null)
        .OrderBy(member => member.Id)
        .Select(member => $"{member.Id} {member.Member.Name}: {TypeOf(member.Member)}");

    private static string TypeOf(MemberInfo member) => member switch
    {
        PropertyInfo property => NameOf(property.PropertyType) + Mark(new NullabilityInfoContext().Create(property)),
        FieldInfo field => NameOf(field.FieldType) + Mark(new NullabilityInfoContext().Create(field)),
        _ => throw new ArgumentException($"{member} is neither a property nor a field", nameof(member)),
    };

    private static IEnumerable<string> Methods(Type type) => type.GetMethods()
        .Select(method =>
            $"{AliasOf(method)}({string.Join(", ", method.GetParameters().Select(Parameter))}): {NameOf(method.ReturnType)}")
        .Order(StringComparer.Ordinal);

    private static string Parameter(ParameterInfo parameter) => $"{NameOf(parameter.ParameterType)} {parameter.Name}";

    // Of a reference; a value's own type says it.
    private static string Mark(NullabilityInfo info) =>
        !info.Type.IsValueType && info.ReadState == NullabilityState.Nullable ? "?" : "";

    private static string AliasOf(MemberInfo member) =>
        member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? $"{member.Name} (no alias)";

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{NameOf(value)}?";
        if (type.IsArray)
            return $"{NameOf(type.GetElementType()!)}[]";
        if (!type.IsGenericType)
            return type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.Name;
        var name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
