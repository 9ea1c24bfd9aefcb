using System.Globalization;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Store.Postgres;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Mayday.Web.Api.Parameters;

/// <summary>Reads the parameters of one request; what it cannot read it remembers, so that the caller learns of every mistake at once.</summary>
internal sealed class ParameterReader(DateTimeOffset now)
{
    /// <summary>Longest text of a filter: a symbol name is at most 512 bytes in the kernel (KSYM_NAME_LEN), titles are shorter.</summary>
    public const int MaxText = 512;

    private readonly List<ParameterProblem> _problems = [];

    public IReadOnlyList<ParameterProblem> Problems => _problems;

    public bool Failed => _problems.Count > 0;

    /// <summary>Text as given. Control characters match nothing in the store (it has none), and U+0000 is refused by Postgres.</summary>
    public string? Text(string name, string? value, int maxLength = MaxText, bool mayBeEmpty = false)
    {
        if (value is null)
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            return mayBeEmpty ? null : Refuse<string>(name, $"{name} is empty: leave it out or give it a value.");
        }

        if (value.Length > maxLength)
        {
            return Refuse<string>(name, $"{name} is {value.Length} characters long; at most {maxLength} are taken.");
        }

        return value.Any(char.IsControl) ? Refuse<string>(name, $"{name} holds a control character.") : value.Trim();
    }

    public CrashKind? Kind(string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (EnumWords.TryParse<CrashKind>(value, out var kind))
        {
            return kind;
        }

        Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is not one of {string.Join(", ", EnumWords.All<CrashKind>())}.");
        return null;
    }

    public Transport? Transport(string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (TransportNames.TryParse(value, out var transport))
        {
            return transport;
        }

        Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is not one of {string.Join(", ", Enum.GetValues<Transport>().Select(TransportNames.ToWord))}.");
        return null;
    }

    public Guid? Id(string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (Guid.TryParseExact(value, "D", out var id))
        {
            return id;
        }

        Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is not a uuid such as 0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a.");
        return null;
    }

    public bool? Flag(string name, string? value)
    {
        switch (value?.ToLowerInvariant())
        {
            case null: return null;
            case "true": return true;
            case "false": return false;
        }

        Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is neither true nor false.");
        return null;
    }

    public string? OneOf(string name, string? value, params IReadOnlyList<string> words)
    {
        if (value is null || words.Contains(value))
        {
            return value;
        }

        return Refuse<string>(name, $"{name} '{ApiProblem.Quoted(value)}' is not one of {string.Join(", ", words)}.");
    }

    /// <summary>ISO 8601 (UTC where no offset is given), or how long ago: 90s, 30m, 2h, 7d, 4w.</summary>
    public DateTimeOffset? Time(string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        // A + that was not escaped arrives as a blank; after a T it can only have been the sign of an offset.
        var spelt = value.Contains('T', StringComparison.Ordinal) ? value.Replace(' ', '+') : value;
        if (TimeText.TryReadMoment(spelt, now, out var time))
        {
            return time;
        }

        Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is no time. {TimeText.TimeIsWritten}");
        return null;
    }

    /// <summary>A filter in the query language. What is wrong with it is told with its column, and with the word that probably was meant.</summary>
    public Filter? Filter(string name, string? value, FieldCatalogue catalogue)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        if (Mayday.Query.Filter.TryParse(value, catalogue, out var filter, out var error))
        {
            return filter;
        }

        RefuseAt(name, error);
        return null;
    }

    public PageRequest Page(string? limit, string? cursor)
    {
        var count = new PageRequest(50).Limit;
        if (limit is not null
            && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > PageRequest.MaxLimit))
        {
            Refuse("limit", $"limit '{ApiProblem.Quoted(limit)}' is not a number from 1 to {PageRequest.MaxLimit}.");
        }

        return new PageRequest(count, string.IsNullOrEmpty(cursor) ? null : cursor);
    }

    /// <summary>All mistakes in one answer.</summary>
    public ProblemHttpResult ToProblem() => ApiProblem.InvalidParameter.With(string.Join(" ", _problems.Select(problem => problem.Detail)), _problems);

    public void Refuse(string name, string detail) => _problems.Add(new ParameterProblem(name, detail));

    public void RefuseAt(string name, FilterError error) =>
        _problems.Add(new ParameterProblem(name, $"{name}, column {error.Column}: {error.Message}", error.Column, error.Suggestion));

    /// <summary>An empty span of time is a mistake worth hearing of, not an empty list.</summary>
    public void RequireOrder(DateTimeOffset? since, DateTimeOffset? until)
    {
        if (since >= until)
        {
            Refuse("since", "since is not before until, so nothing can lie between them.");
        }
    }

    private T? Refuse<T>(string name, string detail)
        where T : class
    {
        Refuse(name, detail);
        return null;
    }
}
