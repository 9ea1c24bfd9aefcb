namespace Mayday.Query;

/// <summary>What an item holds in a field: one value, several, or none.</summary>
public readonly struct FieldValue
{
    private FieldValue(object? content, decimal number = 0, DateTimeOffset time = default)
    {
        Content = content;
        Number = number;
        Time = time;
    }

    // Marks of the values that are not objects: boxing one a test would cost more than the test.
    internal static readonly object IsNumber = new();
    internal static readonly object IsTime = new();
    internal static readonly object IsTrue = new();
    internal static readonly object IsFalse = new();

    /// <summary>A mark, a string, a list of strings, or a boxed Guid; null: the item has no such value.</summary>
    internal object? Content { get; }

    internal decimal Number { get; }

    internal DateTimeOffset Time { get; }

    public static FieldValue None => default;

    public static FieldValue Of(string? text) => new(text);

    /// <summary>One that passes a test is enough; != and !~ must pass for all of them.</summary>
    public static FieldValue Of(IReadOnlyList<string> texts) => new(texts);

    public static FieldValue Of(decimal? number) => number is { } set ? new(IsNumber, set) : default;

    public static FieldValue Of(DateTimeOffset? time) => time is { } set ? new(IsTime, 0, set) : default;

    public static FieldValue Of(bool? truth) => truth is { } set ? new(set ? IsTrue : IsFalse) : default;

    public static FieldValue Of(Guid? id) => new(id);
}
