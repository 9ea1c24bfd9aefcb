namespace Mayday.Query;

/// <summary>How a value is tested. A missing value passes no test, including <see cref="NotEqual"/> and <see cref="NotMatches"/>.</summary>
public enum FilterOperator : byte
{
    /// <summary>The same value. For a <see cref="GlobValue"/>, the whole text matches the glob.</summary>
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>At least one of these bits is set.</summary>
    HasBits,

    /// <summary>The text contains this text, case-sensitive.</summary>
    Contains,

    /// <summary>The regular expression matches somewhere in the text.</summary>
    Matches,

    NotMatches,

    /// <summary>The text contains this text or glob, ignoring case. A bare word uses this operator.</summary>
    Finds,
}

/// <summary>A set of operators that a field type accepts.</summary>
[Flags]
public enum FilterOperators
{
    None = 0,
    Equality = 1 << FilterOperator.Equal | 1 << FilterOperator.NotEqual,
    Order = 1 << FilterOperator.Less | 1 << FilterOperator.LessOrEqual | 1 << FilterOperator.Greater | 1 << FilterOperator.GreaterOrEqual,
    Bits = 1 << FilterOperator.HasBits,
    Pattern = 1 << FilterOperator.Matches | 1 << FilterOperator.NotMatches,
    Search = 1 << FilterOperator.Contains | 1 << FilterOperator.Finds,
    Comparison = Equality | Order,
    Name = Equality | Pattern | Search,
    Text = Comparison | Pattern | Search,
}

/// <summary>The written form of the operators.</summary>
public static class FilterSigns
{
    private static readonly string[] s_signs = ["=", "!=", "<", "<=", ">", ">=", "&", "contains", "~", "!~", ":"];

    public static string Of(FilterOperator op) => s_signs[(int)op];

    public static bool Has(this FilterOperators set, FilterOperator op) => ((int)set & (1 << (int)op)) != 0;

    /// <summary>
    /// The list for messages: "= != &lt; &lt;=". <see cref="FilterOperator.Finds"/> is omitted because its sign depends on the field.
    /// </summary>
    public static string List(FilterOperators set) =>
        string.Join(' ', Enum.GetValues<FilterOperator>().Where(op => op != FilterOperator.Finds && set.Has(op)).Select(Of));
}
