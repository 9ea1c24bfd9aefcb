namespace Mayday.Events.Filtering;

/// <summary>How a value is tested. A value that an event does not have passes no test, <see cref="NotEqual"/> and <see cref="NotMatches"/> included.</summary>
public enum FilterOperator : byte
{
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
}
