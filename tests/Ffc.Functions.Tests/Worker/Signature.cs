using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ffc.Functions.Tests.Worker;

/// <summary>Writes members as C# declares them, without namespaces and bodies.</summary>
internal static class Signature
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
    };

    /// <summary>The public members that a type declares itself.</summary>
    public static IEnumerable<MemberInfo> PublicMembers(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => type.IsEnum ? member is FieldInfo { IsLiteral: true } : member is not MethodInfo { IsSpecialName: true });

    /// <summary>The member with its type's name in front; a property for what reads or writes it.</summary>
    public static string Line(MemberInfo member) => $"{member.DeclaringType!.Name}: {Of(Declared(member))}";

    private static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{constructor.DeclaringType!.Name}({Parameters(constructor)})",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{TypeOf(method.ReturnParameter)} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property => $"{TypeOf(property)} {property.Name} {{ {Accessors(property)}}}",
        FieldInfo { IsLiteral: true } field => string.Create(CultureInfo.InvariantCulture, $"{field.Name} = {Convert.ToInt32(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"),
        _ => member.ToString()!,
    };

    private static MemberInfo Declared(MemberInfo member) => member is MethodInfo { IsSpecialName: true }
        ? member.DeclaringType!.GetProperties().First(property => property.GetAccessors().Contains(member))
        : member;

    private static string Accessors(PropertyInfo property) =>
        (property.GetMethod is { IsPublic: true } ? "get; " : "") + (property.SetMethod is { IsPublic: true } ? "set; " : "");

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, index) =>
        (index == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")
        + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + $"{TypeOf(parameter)} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")));

    private static string TypeOf(ParameterInfo parameter) => Text(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));

    private static string TypeOf(PropertyInfo property) => Text(property.PropertyType, new NullabilityInfoContext().Create(property));

    private static string Text(Type type, NullabilityInfo info)
    {
        var text = type switch
        {
            { IsArray: true } => Text(type.GetElementType()!, info.ElementType!) + "[]",
            { IsGenericType: true } => $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Zip(info.GenericTypeArguments, Text))}>",
            _ => Keywords.GetValueOrDefault(type, type.Name),
        };
        return !type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? text + "?" : text;
    }
}
