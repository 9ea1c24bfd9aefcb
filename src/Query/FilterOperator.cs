namespace Mayday.Query;

/// <summary>How a value is tested. A value that the item does not have passes no test, <see cref="NotEqual"/> and <see cref="NotMatches"/> included.</summary>
public enum FilterOperator : byte
{
    /// <summary>The same value; against a <see cref="GlobValue"/>: the whole text fits the glob.</summary>
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>At least one of these bits is set.</summary>
    HasBits,

    /// <summary>The text holds this text, letter for letter.</summary>
    Contains,

    /// <summary>The pattern is found somewhere in the text.</summary>
    Matches,

    NotMatches,

    /// <summary>The text holds this text or glob, in any case of its letters: what a bare word asks for.</summary>
    Finds,
}

/// <summary>A set of operators: what a type of field can be asked.</summary>
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

/// <summary>Operators as they are written.</summary>
public static class FilterSigns
{
    private static readonly string[] s_signs = ["=", "!=", "<", "<=", ">", ">=", "&", "contains", "~", "!~", ":"];

    public static string Of(FilterOperator op) => s_signs[(int)op];

    public static bool Has(this FilterOperators set, FilterOperator op) => ((int)set & (1 << (int)op)) != 0;

    /// <summary>"= != < <=": for messages. <see cref="FilterOperator.Finds"/> is left out, its sign depends on the field.</summary>
    public static string List(FilterOperators set) =>
        string.Join(' ', Enum.GetValues<FilterOperator>().Where(op => op != FilterOperator.Finds && set.Has(op)).Select(Of));
}
