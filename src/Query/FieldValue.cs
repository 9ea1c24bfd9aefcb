namespace Mayday.Query;

/// <summary>The value of a field in one item: one value, several, or none.</summary>
public readonly struct FieldValue
{
    private FieldValue(object? content, decimal number = 0, DateTimeOffset time = default)
    {
        Content = content;
        Number = number;
        Time = time;
    }

    // Marker objects for values that are not objects. Boxing a value for each test would cost more than the test.
    internal static readonly object IsNumber = new();
    internal static readonly object IsTime = new();
    internal static readonly object IsTrue = new();
    internal static readonly object IsFalse = new();

    /// <summary>A marker, a string, a list of strings, or a boxed Guid. Null if the item has no such value.</summary>
    internal object? Content { get; }

    internal decimal Number { get; }

    internal DateTimeOffset Time { get; }

    public static FieldValue None => default;

    public static FieldValue Of(string? text) => new(text);

    /// <summary>A test passes if any of the texts passes; != and !~ pass if all of them do.</summary>
    public static FieldValue Of(IReadOnlyList<string> texts) => new(texts);

    public static FieldValue Of(decimal? number) => number is { } set ? new(IsNumber, set) : default;

    public static FieldValue Of(DateTimeOffset? time) => time is { } set ? new(IsTime, 0, set) : default;

    public static FieldValue Of(bool? truth) => truth is { } set ? new(set ? IsTrue : IsFalse) : default;

    public static FieldValue Of(Guid? id) => new(id);
}
