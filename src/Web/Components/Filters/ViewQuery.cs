using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Mayday.Web.Components.Filters;

/// <summary>
/// What a list is narrowed by, as it stands in the URL: every view is a link. The search box shows and takes the same as text
/// ("host:web-* kind:oops since:7d some words").
/// </summary>
public sealed class ViewQuery
{
    /// <summary>The free words of a search.</summary>
    public const string Text = "q";

    /// <summary>A filter in the query language.</summary>
    public const string Filter = "filter";

    public static readonly ImmutableArray<string> OfCrashes =
        ["host", "kind", "bug", "function", "kernelRelease", "transport", "since", "until", "complete", "fatal", "incident", Text, Filter];

    public static readonly ImmutableArray<string> OfBugs = ["kind", "function", "host", "since", "until", "sort", Text, Filter];

    public static readonly ImmutableArray<string> OfEvents = [Filter, "host", "facility", "severity", "format", "since", "until"];

    public static readonly ImmutableArray<string> OfEventFormats = ["severity", "host", "facility", "since", "sort", Text];

    public static readonly ImmutableArray<string> OfAlerts = ["rule", "host", "cursor"];

    public static readonly ImmutableArray<string> OfHosts = ["kernelRelease", "since", Text, Filter];

    private const string FilterMark = "filter:";

    /// <summary>As long as the API takes; a symbol has at most 512 bytes in the kernel (KSYM_NAME_LEN).</summary>
    private const int MaxLength = 512;

    private readonly ImmutableArray<string> _keys;
    private readonly ImmutableDictionary<string, string> _values;

    private ViewQuery(ImmutableArray<string> keys, ImmutableDictionary<string, string> values)
    {
        _keys = keys;
        _values = values;
    }

    public static ViewQuery Empty(ImmutableArray<string> keys) => new(keys, ImmutableDictionary<string, string>.Empty);

    public bool IsEmpty => _values.IsEmpty;

    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>What narrows, in the order of the keys.</summary>
    public IEnumerable<KeyValuePair<string, string>> Given =>
        _keys.Where(_values.ContainsKey).Select(key => KeyValuePair.Create(key, _values[key]));

    /// <summary>Nothing or blank takes the key away. Control characters match nothing in the store, and Postgres refuses U+0000.</summary>
    public ViewQuery With(string key, string? value)
    {
        var clean = value is null ? "" : string.Concat(value.Where(c => !char.IsControl(c))).Trim();
        var most = key == Filter ? Mayday.Query.Filter.MaxLength : MaxLength;
        clean = clean.Length > most ? clean[..most] : clean;
        return new(_keys, clean.Length == 0 ? _values.Remove(key) : _values.SetItem(key, clean));
    }

    public string ToUrl(string path)
    {
        var url = path;
        foreach (var (key, value) in Given)
        {
            url = QueryHelpers.AddQueryString(url, key, value);
        }

        return url;
    }

    public static ViewQuery FromUrl(string url, ImmutableArray<string> keys)
    {
        var query = Empty(keys);
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0)
        {
            return query;
        }

        var hash = url.IndexOf('#', mark);
        var given = QueryHelpers.ParseQuery(hash < 0 ? url[mark..] : url[mark..hash]);
        foreach (var key in keys)
        {
            if (given.TryGetValue(key, out var values))
            {
                query = query.With(key, values[^1]);
            }
        }

        return query;
    }

    public string ToSearch()
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Given)
        {
            if (text.Length > 0)
            {
                text.Append(' ');
            }

            if (key == Text)
            {
                text.Append(value);
            }
            else if (key == Filter)
            {
                // The last of the keys: with quotes and blanks of its own it goes to the end.
                text.Append(FilterMark).Append(value);
            }
            else
            {
                var quoted = value.Contains(' ', StringComparison.Ordinal) ? $"\"{value}\"" : value;
                text.Append(key == "kernelRelease" ? "kernel" : key).Append(':').Append(quoted);
            }
        }

        return text.ToString();
    }

    /// <summary>Words without a known key are the text to look for, so that "BUG: soft lockup" finds what it says.</summary>
    public static ViewQuery FromSearch(string? search, ImmutableArray<string> keys)
    {
        var query = Empty(keys);
        var words = new List<string>();
        search ??= "";
        if (keys is [.., Filter] && FilterIn(search) is >= 0 and var mark)
        {
            query = query.With(Filter, search[(mark + FilterMark.Length)..]);
            search = search[..mark];
        }

        foreach (var word in Split(search))
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < word.Length - 1 && KeyOf(word[..colon], keys) is { } key)
            {
                query = query.With(key, word[(colon + 1)..].Trim('"'));
            }
            else
            {
                words.Add(word);
            }
        }

        return query.With(Text, string.Join(' ', words));
    }

    /// <summary>Where the filter begins: at a word of its own; -1 without one.</summary>
    private static int FilterIn(string search)
    {
        var at = search.IndexOf(FilterMark, StringComparison.OrdinalIgnoreCase);
        return at > 0 && !char.IsWhiteSpace(search[at - 1]) ? -1 : at;
    }

    private static string? KeyOf(string word, ImmutableArray<string> keys)
    {
        var name = word.ToLowerInvariant() switch
        {
            "kernel" or "release" => "kernelRelease",
            "fn" or "func" => "function",
            "text" => Text,
            _ => word,
        };
        return keys.FirstOrDefault(key => string.Equals(key, name, StringComparison.OrdinalIgnoreCase));
    }

    // Blanks separate, but not inside double quotes.
    private static IEnumerable<string> Split(string search)
    {
        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in search)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }

            if (char.IsWhiteSpace(c) && !quoted)
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }
            }
            else
            {
                word.Append(c);
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}
