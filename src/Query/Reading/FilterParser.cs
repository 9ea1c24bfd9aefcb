using Mayday.Query.Fields;

namespace Mayday.Query.Reading;

/// <summary>
/// The grammar: any = all ("or" all)*; all = one (["and"] one)*; one = "!" one | "(" any ")" | condition. Parsing stops at the first
/// mistake.
/// </summary>
internal sealed partial class FilterParser(string text, List<FilterToken> tokens, FieldCatalogue catalogue, BareWords bareWords)
{
    private int _at;
    private int _depth;
    private int _tests;

    public FilterError? Error { get; private set; }

    private FilterToken Current => tokens[_at];

    private FilterToken Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public FilterNode? Parse()
    {
        var filter = ParseAny();
        if (Error is null && Current.Kind != FilterTokenKind.End)
        {
            return Current.Kind == FilterTokenKind.Close ? Fail(Current, "A ) without its (.") : FailBetween();
        }

        return Error is null ? filter : null;
    }

    private FilterNode? Fail(FilterToken token, string message, string? suggestion = null)
    {
        Error ??= new FilterError(token.Start + 1, token.Length, message, suggestion);
        return null;
    }

    private FilterNode? FailBetween() =>
        Fail(Current, $"{Current.Text} stands where the next condition would begin: put a value that holds ( ) = ! < > & | or ~ in quotes.");

    private FilterNode? ParseAny()
    {
        if (ParseAll() is not { } first)
        {
            return null;
        }

        List<FilterNode>? parts = null;
        while (Current.Kind == FilterTokenKind.Or)
        {
            _at++;
            if (ParseAll() is not { } next)
            {
                return null;
            }

            (parts ??= [first]).Add(next);
        }

        return parts is null ? first : new FilterAny(parts);
    }

    private FilterNode? ParseAll()
    {
        if (ParseOne() is not { } first)
        {
            return null;
        }

        List<FilterNode>? parts = null;
        while (Current.Kind is FilterTokenKind.And or FilterTokenKind.Not or FilterTokenKind.Open or FilterTokenKind.Word or FilterTokenKind.Quoted)
        {
            _at += Current.Kind == FilterTokenKind.And ? 1 : 0;
            if (ParseOne() is not { } next)
            {
                return null;
            }

            (parts ??= [first]).Add(next);
        }

        return parts is null ? first : new FilterAll(parts);
    }

    private FilterNode? ParseOne()
    {
        if (_depth >= Filter.MaxDepth)
        {
            return Fail(Current, $"More than {Filter.MaxDepth} levels of ( ) and !.");
        }

        var token = Current;
        switch (token.Kind)
        {
            // "panic - not syncing" is searched for as it is written.
            case FilterTokenKind.Not when token.Length > 1 && IsPlainWord(_at + 1):
                _at++;
                return Counted(token, SearchTest(token));
            case FilterTokenKind.Not:
                return ParseNot();
            case FilterTokenKind.Open:
                return ParseGroup(token);
            case FilterTokenKind.Quoted:
                _at++;
                return Counted(token, ReadTest(catalogue.Search, token with { Operator = FilterOperator.Contains }, token));
            case FilterTokenKind.Word:
                return Counted(token, ParseCondition(token));
            case FilterTokenKind.End:
                return Fail(token, _at == 0 ? "The filter is empty." : $"A condition is missing here, as {catalogue.Example}.");
            default:
                return Fail(token, $"A condition begins with a field, as {catalogue.Example}, or with a text to look for; not with {token.Text}.");
        }
    }

    private FilterNot? ParseNot()
    {
        _at++;
        _depth++;
        var negated = ParseOne();
        _depth--;
        return negated is null ? null : new FilterNot(negated);
    }

    private FilterNode? ParseGroup(FilterToken open)
    {
        _at++;
        _depth++;
        var inner = ParseAny();
        _depth--;
        if (inner is not null && Current.Kind != FilterTokenKind.Close)
        {
            return Current.Kind == FilterTokenKind.End ? Fail(Current, $"The ( at column {open.Start + 1} is not closed.") : FailBetween();
        }

        _at++;
        return inner;
    }

    private FilterNode? Counted(FilterToken token, FilterNode? test) => ++_tests <= Filter.MaxTests
        ? test
        : Fail(token, $"More than {Filter.MaxTests} conditions in one filter.");

    /// <summary>
    /// True for a word that is searched for in the text: not a field with a comparison, and not a field that stands alone.
    /// </summary>
    private bool IsPlainWord(int index)
    {
        var token = tokens[Math.Min(index, tokens.Count - 1)];
        if (token.Kind != FilterTokenKind.Word || tokens[index + 1].Kind == FilterTokenKind.Operator)
        {
            return false;
        }

        var colon = token.Text.IndexOf(':', StringComparison.Ordinal);
        var field = catalogue.Find(colon < 0 ? token.Text : token.Text[..colon]);
        return field is null || (colon < 0 && !(field.Type.StandsAlone && field.Name == token.Text));
    }

    private FilterNode? SearchTest(FilterToken word) => bareWords == BareWords.Refuse
        ? FailBareWord(word)
        : ReadTest(catalogue.Search, word with { Operator = FilterOperator.Finds }, word);

    private FilterNode? FailBareWord(FilterToken word) => Fail(
        word,
        catalogue.Find(word.Text) is { } field
            ? $"A comparison is missing behind {word.Text}, as {word.Text} {FilterSigns.Of(field.Type.Operators.Has(FilterOperator.Equal) ? FilterOperator.Equal : FilterOperator.Less)} value."
            : $"{FilterText.Shown(word.Text)} stands alone. A condition is a field with a comparison, as {catalogue.Example}; a text to look for stands in quotes here.");

    /// <summary>Lets the field's type read the value, and adds the column to its error.</summary>
    private FilterNode? ReadTest(FilterField field, FilterToken op, FilterToken value)
    {
        if (!field.Type.Operators.Has(op.Operator))
        {
            return Fail(op, field.Type.RefuseOperator(field, op.Operator));
        }

        var read = field.Type.Read(field, op.Operator, new WrittenText(value.Text, value.Kind == FilterTokenKind.Quoted));
        if (read.Value is { } found)
        {
            return new FilterTest(field, op.Operator, found);
        }

        if (read.Offset is { } offset)
        {
            Error ??= new FilterError(ColumnInside(value, offset), 1, read.Mistake!);
            return null;
        }

        return Fail(read.IsOfOperator ? op : value, read.Mistake!, read.Suggestion);
    }

    // An escaped quote is one character of the text but two in the filter.
    private int ColumnInside(FilterToken token, int offset)
    {
        if (token.Kind != FilterTokenKind.Quoted)
        {
            return token.Start + 1 + offset;
        }

        var quote = text[token.Start];
        var at = token.Start + 1;
        for (var i = 0; i < offset && at < token.Start + token.Length - 1; i++)
        {
            at += text[at] == '\\' && text[at + 1] == quote ? 2 : 1;
        }

        return at + 1;
    }
}
