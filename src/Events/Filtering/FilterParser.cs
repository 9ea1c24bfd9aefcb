using System.Globalization;

namespace Mayday.Events.Filtering;

/// <summary>
/// any = all ("||" all)*; all = one ("&amp;&amp;" one)*; one = "!" one | "(" any ")" | test | quoted text. The first mistake ends the reading.
/// </summary>
internal sealed partial class FilterParser(string text, List<FilterToken> tokens, ArgumentCatalog names)
{
    private int _at;
    private int _depth;
    private int _tests;

    public FilterError? Error { get; private set; }

    private FilterToken Current => tokens[_at];

    public FilterNode? Parse()
    {
        var filter = ParseAny();
        if (Error is null && Current.Kind != FilterTokenKind.End)
        {
            return Current.Kind == FilterTokenKind.Close
                ? Fail(Current, "A ) without its (.")
                : Fail(Current, "Between two conditions goes && (both) or || (either).");
        }

        return Error is null ? filter : null;
    }

    private FilterNode? Fail(FilterToken token, string message)
    {
        Error ??= new FilterError(token.Start + 1, token.Length, message);
        return null;
    }

    private FilterNode? ParseAny() => ParseList(FilterTokenKind.Or, ParseAll, parts => new FilterAny(parts));

    private FilterNode? ParseAll() => ParseList(FilterTokenKind.And, ParseOne, parts => new FilterAll(parts));

    private FilterNode? ParseList(FilterTokenKind separator, Func<FilterNode?> parse, Func<List<FilterNode>, FilterNode> make)
    {
        if (parse() is not { } first)
        {
            return null;
        }

        List<FilterNode>? parts = null;
        while (Current.Kind == separator)
        {
            _at++;
            if (parse() is not { } next)
            {
                return null;
            }

            (parts ??= [first]).Add(next);
        }

        return parts is null ? first : make(parts);
    }

    private FilterNode? ParseOne()
    {
        if (_depth >= EventFilter.MaxDepth)
        {
            return Fail(Current, $"More than {EventFilter.MaxDepth} levels of ( ) and !.");
        }

        var token = Current;
        switch (token.Kind)
        {
            case FilterTokenKind.Not:
                _at++;
                _depth++;
                var negated = ParseOne();
                _depth--;
                return negated is null ? null : new FilterNot(negated);
            case FilterTokenKind.Open:
                _at++;
                _depth++;
                var inner = ParseAny();
                _depth--;
                if (inner is not null && Current.Kind != FilterTokenKind.Close)
                {
                    return Fail(Current, Current.Kind == FilterTokenKind.End
                        ? $"The ( at column {token.Start + 1} is not closed."
                        : "Between two conditions goes && (both) or || (either).");
                }

                _at++;
                return inner;
            case FilterTokenKind.Quoted:
                _at++;
                return Counted(token, PlainText(token) is { } looked
                    ? new FilterTest(new AttributeSubject(EventAttribute.Text), FilterOperator.Contains, new TextValue(looked))
                    : null);
            case FilterTokenKind.Word:
                _at++;
                return Counted(token, ParseTest(token));
            case FilterTokenKind.End:
                return Fail(token, _at == 0 ? "The filter is empty." : "A condition is missing here, as severity <= err.");
            default:
                return Fail(token, $"A condition begins with a field, as severity <= err, or with a quoted text; not with {token.Text}.");
        }
    }

    private FilterNode? Counted(FilterToken token, FilterNode? test) => ++_tests <= EventFilter.MaxTests
        ? test
        : Fail(token, $"More than {EventFilter.MaxTests} conditions in one filter.");

    private FilterNode? ParseTest(FilterToken field)
    {
        if (FilterField.Find(field.Text) is { } known)
        {
            return known.Kind == FilterFieldKind.Truth ? ParseTruth(known) : ParseAttribute(field, known);
        }

        foreach (var (name, key, _) in FilterField.Entries)
        {
            if (string.Equals(field.Text, name, StringComparison.OrdinalIgnoreCase))
            {
                return ParseTextTest(field, new EntrySubject(key));
            }
        }

        if (AfterPrefix(field.Text, "field.") is { } entry)
        {
            return ParseTextTest(field, new EntrySubject(entry));
        }

        if (AfterPrefix(field.Text, "arg.") is { } argument)
        {
            return ParseArgument(field, [new NamedArgumentSubject(argument)], names.Find(argument));
        }

        if (AfterPrefix(field.Text, "arg") is { } number && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            return position is >= 1 and <= EventFilter.MaxPosition
                ? ParseArgument(field, [new ArgumentSubject(position - 1)], [])
                : Fail(field, $"Arguments are counted from arg1 to arg{EventFilter.MaxPosition}.");
        }

        return names.Find(field.Text) is { Count: > 0 } places
            ? ParseArgument(field, [new NamedArgumentSubject(field.Text)], places)
            : Fail(field, UnknownField(field.Text));
    }

    private static string? AfterPrefix(string word, string prefix) =>
        word.Length > prefix.Length && word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? word[prefix.Length..] : null;

    private string UnknownField(string word)
    {
        var near = NearName.Find(word, FilterField.All.Select(field => field.Name).Concat(FilterField.Entries.Select(entry => entry.Name)).Concat(names.Names));
        return near is null
            ? $"No field is called {word}. To look for it in the text, put it in quotes; to ask for an argument, write arg1, or arg. before its name."
            : $"No field is called {word}; did you mean {near}? To look for it in the text, put it in quotes.";
    }

    private FilterNode? ParseTruth(FilterField field)
    {
        var wanted = true;
        if (Current.Kind == FilterTokenKind.Operator)
        {
            var op = Current;
            var value = tokens[_at + 1];
            if (op.Operator is not (FilterOperator.Equal or FilterOperator.NotEqual) || !bool.TryParse(value.Text, out wanted))
            {
                return Fail(value.IsValue ? value : op, $"{field.Name} stands alone, or before = true or = false.");
            }

            wanted ^= op.Operator == FilterOperator.NotEqual;
            _at += 2;
        }

        return new FilterTest(new AttributeSubject(field.Attribute), FilterOperator.Equal, new TruthValue(wanted));
    }

    /// <summary>The operator and the value behind a field; null after a mistake.</summary>
    private (FilterToken Operator, FilterToken Value)? TakeComparison(FilterToken field)
    {
        if (Current.Kind != FilterTokenKind.Operator)
        {
            Fail(Current, Current.Kind == FilterTokenKind.Not
                ? "Unequal is written !=, not matching !~."
                : $"Behind {field.Text} goes a comparison: = != < <= > >= contains ~ !~.");
            return null;
        }

        var op = tokens[_at++];
        if (!Current.IsValue)
        {
            Fail(Current, op.Operator switch
            {
                _ when Current.Kind == FilterTokenKind.End => $"A value is missing behind {op.Text}.",
                _ when Current.Kind == FilterTokenKind.Operator => $"{op.Text}{Current.Text} is no comparison; there are = != < <= > >= contains ~ !~.",
                _ => $"A value is missing behind {op.Text}: put it in quotes if it holds ( ) = ! < > & | or ~.",
            });
            return null;
        }

        return (op, tokens[_at++]);
    }

    private string? PlainText(FilterToken token)
    {
        var plain = token.Kind == FilterTokenKind.Quoted ? Unescape(token.Text) : token.Text;
        if (plain.Contains('\0'))
        {
            Fail(token, "No text of an event holds U+0000.");
            return null;
        }

        return plain;
    }

    // Only what a C string of the kernel would hold: a format string can be copied from its source.
    private static string Unescape(string quoted)
    {
        if (!quoted.Contains('\\', StringComparison.Ordinal))
        {
            return quoted;
        }

        var plain = new System.Text.StringBuilder(quoted.Length);
        for (var i = 0; i < quoted.Length; i++)
        {
            var next = quoted[i] == '\\' && i + 1 < quoted.Length ? quoted[i + 1] : '\0';
            var meant = next switch { 'n' => '\n', 't' => '\t', '\\' => '\\', _ => quoted[i] };
            plain.Append(meant);
            i += next is 'n' or 't' or '\\' ? 1 : 0;
        }

        return plain.ToString();
    }

    private FilterPattern? Pattern(FilterToken token)
    {
        if (PatternReader.TryRead(token.Text, out var pattern, out var offset, out var mistake))
        {
            return pattern;
        }

        Error ??= new FilterError(ColumnInside(token, offset), 1, mistake!);
        return null;
    }

    // Quotes and doubled escapes make the text between the quotes shorter than what was written.
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
