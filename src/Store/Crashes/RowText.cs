using System.Globalization;
using System.Text;
using System.Text.Json;
using Mayday.Protocol;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

/// <summary>
/// Writes small records as one text, "a|b|c;d|e|f". Null is an empty field, and empty fields at the end of a row are omitted.
/// </summary>
internal sealed class RowText
{
    public const char FieldEnd = '|';
    public const char RowEnd = ';';

    private readonly StringBuilder _text = new();
    private int _fields;
    private int _filled;

    /// <summary>False if a field contains a separator or looks like null. The text must not be used then.</summary>
    public bool IsPlain { get; private set; } = true;

    public StringBuilder Text => _text;

    public void Clear()
    {
        _text.Clear();
        (_fields, _filled, IsPlain) = (0, 0, true);
    }

    /// <summary>Adds a text that is never null but may be empty.</summary>
    public RowText Add(string value) => Field(value);

    public RowText AddOrNull(string? value)
    {
        IsPlain &= value is not "";
        return Field(value);
    }

    public RowText AddOrNull(int? value)
    {
        Field(null);
        if (value is { } number)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{number}");
            _filled = _text.Length;
        }

        return this;
    }

    public void EndRow()
    {
        // "a||" means the same as "a".
        _text.Length = _filled;
        _text.Append(RowEnd);
        (_fields, _filled) = (0, _text.Length);
    }

    private RowText Field(string? value)
    {
        if (_fields++ > 0)
        {
            _text.Append(FieldEnd);
        }

        if (!string.IsNullOrEmpty(value))
        {
            IsPlain &= !value.AsSpan().ContainsAny(FieldEnd, RowEnd);
            _text.Append(StoredText.Clean(value, StoredText.MaxJsonString));
            _filled = _text.Length;
        }

        return this;
    }
}

/// <summary>Reads the fields of one row of <see cref="RowText"/>, in order. Missing fields at the end are empty.</summary>
internal ref struct RowFields(ReadOnlySpan<char> row)
{
    private ReadOnlySpan<char> _left = row;

    public string Text() => Next().ToString();

    public string? TextOrNull() => Next() is { IsEmpty: false } field ? field.ToString() : null;

    public int? NumberOrNull()
    {
        var field = Next();
        if (field.IsEmpty)
        {
            return null;
        }

        return int.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new JsonException("A number was expected in a stored row.");
    }

    private ReadOnlySpan<char> Next()
    {
        var end = _left.IndexOf(RowText.FieldEnd);
        var field = end < 0 ? _left : _left[..end];
        _left = end < 0 ? default : _left[(end + 1)..];
        return field;
    }
}
