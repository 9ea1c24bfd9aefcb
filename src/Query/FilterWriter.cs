using System.Text;
using Mayday.Query.Fields;

namespace Mayday.Query;

/// <summary>Writes a tree as a filter that parses to the same tree. Uses short forms where they exist, and a space for "and".</summary>
internal sealed class FilterWriter(FieldCatalogue catalogue)
{
    private readonly StringBuilder _text = new();

    public static string Write(FilterNode node, FieldCatalogue catalogue)
    {
        var writer = new FilterWriter(catalogue);
        writer.Write(node);
        return writer._text.ToString();
    }

    private void Write(FilterNode node)
    {
        switch (node)
        {
            case FilterAll(var parts):
                // "and" may be omitted between two conditions.
                WriteList(parts, " ", part => part is FilterAll or FilterAny);
                break;
            case FilterAny(var parts):
                WriteList(parts, " or ", part => part is FilterAny);
                break;
            case FilterNot(var part):
                _text.Append('!');
                WritePart(part, isGroup: part is FilterAll or FilterAny);
                break;
            case FilterTest test:
                Write(test);
                break;
        }
    }

    private void WriteList(IReadOnlyList<FilterNode> parts, string separator, Func<FilterNode, bool> isGroup)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            _text.Append(i == 0 ? "" : separator);
            WritePart(parts[i], isGroup(parts[i]));
        }
    }

    private void WritePart(FilterNode part, bool isGroup)
    {
        _text.Append(isGroup ? "(" : "");
        Write(part);
        _text.Append(isGroup ? ")" : "");
    }

    private void Write(FilterTest test)
    {
        var (field, op, value) = test;
        var isSearch = field.Equals(catalogue.Search);
        if (isSearch && op == FilterOperator.Contains && value is TextValue(var quoted))
        {
            _text.Append(FilterText.Quote(quoted));
            return;
        }

        if (field.Type.StandsAlone && op == FilterOperator.Equal && value is TruthValue(true))
        {
            _text.Append(field.Name);
            return;
        }

        var written = field.Type.Write(op, value);
        var shortcut = catalogue.Shortcuts.FirstOrDefault(known => known.Operator == op && known.Field.Equals(field));
        if (shortcut is not null)
        {
            _text.Append(shortcut.Name).Append(':').Append(written);
        }
        else if (op == field.Type.Short && !field.Name.Contains(':', StringComparison.Ordinal))
        {
            _text.Append(field.Name).Append(':').Append(written);
        }
        else
        {
            _text.Append(field.Name).Append(' ').Append(FilterSigns.Of(op)).Append(' ').Append(written);
        }
    }
}
