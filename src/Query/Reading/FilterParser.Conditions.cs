using Mayday.Query.Fields;

namespace Mayday.Query.Reading;

/// <content>Parses one condition: a field with a comparison, in long or short form, or a word to search for.</content>
internal sealed partial class FilterParser
{
    private FilterNode? ParseCondition(FilterToken word)
    {
        // "field.a:b = 1" names a field that contains a colon. "host:a=b" is the short form with a value that needs quotes.
        var colon = word.Text.IndexOf(':', StringComparison.Ordinal);
        if (Next.Kind == FilterTokenKind.Operator
            && (colon <= 0 || catalogue.Find(word.Text) is not null || catalogue.Find(word.Text[..colon]) is null))
        {
            return ParseComparison(word);
        }

        if (colon > 0 && ParseShort(word, colon) is var (isCondition, test) && isCondition)
        {
            return test;
        }

        _at++;
        if (colon < 0 && catalogue.Find(word.Text, out var shortcut, out _) is { } field && IsSpelled(field, shortcut, word.Text))
        {
            if (field.Type.StandsAlone && shortcut is null)
            {
                return new FilterTest(field, FilterOperator.Equal, new TruthValue(true));
            }

            if (tokens.Count == 2)
            {
                return Fail(Current, $"Behind {word.Text} goes a comparison: {Signs(field, shortcut)}. To look for the word itself, put it in quotes.");
            }

            if (IsForgottenSign(field, shortcut))
            {
                return Fail(Current, $"Between {word.Text} and {Current.Text} a sign is missing, as {word.Text}:{Current.Text}.", $":{Current.Text}");
            }
        }

        return SearchTest(word);
    }

    private static string Signs(FilterField field, FieldShortcut? shortcut) =>
        shortcut is not null ? ":" : field.Type.Short == FilterOperator.Finds || field.Type.Operators.Has(field.Type.Short)
            ? $": {FilterSigns.List(field.Type.Operators)}"
            : FilterSigns.List(field.Type.Operators);

    // "severity err" probably lacks an operator. "kernel panic" is a text search, although kernel is a field, too.
    private bool IsForgottenSign(FilterField field, FieldShortcut? shortcut) => shortcut is null && !field.Type.IsOpen && Current.IsValue
        && Next.Kind != FilterTokenKind.Operator
        && field.Type.Read(field, field.Type.Short, new WrittenText(Current.Text, Current.Kind == FilterTokenKind.Quoted)).Value is not null;

    /// <summary>True if the word has the exact spelling of the field: "BUG:" in a kernel line is not the field "bug".</summary>
    private static bool IsSpelled(FilterField field, FieldShortcut? shortcut, string word) =>
        shortcut is not null ? shortcut.Name == word : field.Name == word || field.Aliases.Contains(word);

    private FilterNode? ParseComparison(FilterToken name)
    {
        if (FindField(name, name.Text, out var shortcut) is not { } field)
        {
            return null;
        }

        _at++;
        return TakeComparison() is var (op, value) ? ReadTest(field, shortcut, op, value) : null;
    }

    /// <returns>Whether the word is a condition, and the condition. The condition is null after a mistake.</returns>
    private (bool IsCondition, FilterNode? Test) ParseShort(FilterToken word, int colon)
    {
        var name = word.Text[..colon];
        var field = catalogue.Find(name, out var shortcut, out var mistake);
        var op = new FilterToken(FilterTokenKind.Operator, word.Start + colon, 1, ":", field?.Type.Short ?? default);
        if (colon + 1 < word.Text.Length)
        {
            if (field is null)
            {
                // Only words that look like a field are mistakes. Symbols, addresses and times in log lines contain colons, too.
                var isMeant = mistake is not null || (name.All(char.IsAsciiLetterLower) && NearName.Find(name, catalogue.Names.Select(known => known.Insert)) is not null);
                return (isMeant, isMeant ? FailUnknown(word with { Length = colon }, name, mistake) : null);
            }

            _at++;
            var value = new FilterToken(FilterTokenKind.Word, op.Start + 1, word.Length - colon - 1, word.Text[(colon + 1)..]);
            return (true, RefuseGlued(value) ? null : ReadTest(field, shortcut, op, value));
        }

        if (field is null)
        {
            return (false, null);
        }

        var next = Next;
        if (next.Start == word.Start + word.Length && next.Kind is FilterTokenKind.Quoted or FilterTokenKind.Operator)
        {
            _at++;
            if (next.Kind == FilterTokenKind.Operator)
            {
                return (true, TakeComparison() is var (sign, compared) ? ReadTest(field, shortcut, sign, compared) : null);
            }

            _at++;
            return (true, ReadTest(field, shortcut, op, next));
        }

        return IsSpelled(field, shortcut, name)
            ? (true, Fail(op with { Start = op.Start + 1, Length = 0 }, $"A value is missing behind {word.Text} (no blank goes before it). To look for the word itself, put it in quotes."))
            : (false, null);
    }

    // Reports values like host:a=b or host:a"b", which need quotes.
    private bool RefuseGlued(FilterToken value)
    {
        if (Current.Start == value.Start + value.Length && Current.Kind is FilterTokenKind.Quoted or FilterTokenKind.Operator)
        {
            FailBetween();
            return true;
        }

        return false;
    }

    private FilterNode? ReadTest(FilterField field, FieldShortcut? shortcut, FilterToken op, FilterToken value)
    {
        if (shortcut is null)
        {
            return ReadTest(field, op, value);
        }

        return op.Text is ":" or "=" or "=="
            ? ReadTest(field, op with { Operator = shortcut.Operator }, value)
            : Fail(op, $"{shortcut.Name} goes with a colon, as {shortcut.Name}:7d.");
    }

    /// <summary>Reads the operator and the value after a field. Null after a mistake.</summary>
    private (FilterToken Operator, FilterToken Value)? TakeComparison()
    {
        var op = tokens[_at++];
        if (!Current.IsValue)
        {
            Fail(Current, Current.Kind switch
            {
                FilterTokenKind.End => $"A value is missing behind {op.Text}.",
                FilterTokenKind.Operator => $"{op.Text}{Current.Text} is no comparison; there are = != < <= > >= contains ~ !~.",
                _ => $"A value is missing behind {op.Text}: put it in quotes if it holds ( ) = ! < > & | or ~.",
            });
            return null;
        }

        return (op, tokens[_at++]);
    }

    private FilterField? FindField(FilterToken token, string name, out FieldShortcut? shortcut)
    {
        var field = catalogue.Find(name, out shortcut, out var mistake);
        if (field is null)
        {
            FailUnknown(token, name, mistake);
        }

        return field;
    }

    private FilterNode? FailUnknown(FilterToken token, string name, string? mistake)
    {
        if (mistake is not null)
        {
            return Fail(token, mistake);
        }

        var near = NearName.Find(name, catalogue.Names.Select(known => known.Insert));
        return Fail(
            token,
            near is null
                ? $"No field is called {FilterText.Shown(name)}. {catalogue.OtherAdvice}"
                : $"No field is called {FilterText.Shown(name)}; did you mean {near}? To look for it in the text, put it in quotes.",
            near);
    }
}
