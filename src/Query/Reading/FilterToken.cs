namespace Mayday.Query.Reading;

internal enum FilterTokenKind : byte
{
    End,
    Word,
    Quoted,
    Operator,
    And,
    Or,
    Not,
    Open,
    Close,
}

/// <summary>
/// A token of a filter. <paramref name="Start"/> counts from 0. The <paramref name="Text"/> of a quoted token is the text between the
/// quotes.
/// </summary>
internal readonly record struct FilterToken(FilterTokenKind Kind, int Start, int Length, string Text, FilterOperator Operator = default)
{
    public bool IsValue => Kind is FilterTokenKind.Word or FilterTokenKind.Quoted;
}
