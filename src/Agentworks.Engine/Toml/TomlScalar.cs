namespace Agentworks.Toml;

/// <summary>
/// A value that holds no others. <typeparamref name="T"/> is <see cref="string"/>, <see cref="long"/>, <see cref="double"/>,
/// <see cref="bool"/> or <see cref="TomlDateTime"/>.
/// </summary>
public sealed class TomlScalar<T> : TomlNode
    where T : notnull
{
    internal TomlScalar(TomlPath path, TomlPlace place, T value)
        : base(path, place)
        => Value = value;

    public T Value { get; }

    public override TomlKind Kind => Value switch
    {
        string => TomlKind.String,
        long => TomlKind.Integer,
        double => TomlKind.Float,
        bool => TomlKind.Boolean,
        TomlDateTime moment => moment.Kind,
        _ => throw new InvalidOperationException($"TOML has no type for {typeof(T)}."),
    };
}
