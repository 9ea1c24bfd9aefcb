using System.Globalization;
using Mayday.Analysis;
using Mayday.Events.Filtering;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Filters;

/// <summary>From what stands in the URL to what the store is asked; what cannot be understood is said, not silently dropped.</summary>
public static class ListFilters
{
    public static CrashFilter ToCrashFilter(this ViewQuery query, DateTimeOffset now, ICollection<string> problems) => new()
    {
        Filter = Written(query, CrashFields.Catalogue, problems),
        Host = query["host"],
        Kind = Kind(query, problems),
        Bug = Id(query, "bug", problems),
        Function = query["function"],
        KernelRelease = query["kernelRelease"],
        Transport = Way(query, problems),
        Since = Bound(query, "since", now, problems),
        Until = Bound(query, "until", now, problems),
        Complete = Flag(query, "complete", problems),
        Fatal = Flag(query, "fatal", problems),
        Incident = Id(query, "incident", problems),
        Text = query[ViewQuery.Text],
    };

    public static BugFilter ToBugFilter(this ViewQuery query, DateTimeOffset now, ICollection<string> problems) => new()
    {
        Filter = Written(query, BugFields.Catalogue, problems),
        Kind = Kind(query, problems),
        Function = query["function"],
        Host = query["host"],
        Since = Bound(query, "since", now, problems),
        Until = Bound(query, "until", now, problems),
        Sort = Order(query, problems),
        Text = query[ViewQuery.Text],
    };

    public static HostFilter ToHostFilter(this ViewQuery query, DateTimeOffset now, ICollection<string> problems) => new()
    {
        Filter = Written(query, HostFields.Catalogue, problems),
        KernelRelease = query["kernelRelease"],
        Since = Bound(query, "since", now, problems),
        Text = query[ViewQuery.Text],
    };

    /// <summary>All but the filter in the query language, which the page reads itself.</summary>
    public static EventListFilter ToEventFilter(this ViewQuery query, DateTimeOffset now, ICollection<string> problems) => new()
    {
        Host = query["host"],
        Facility = query["facility"],
        AtLeast = Gravity(query, problems),
        FormatId = long.TryParse(query["format"], NumberStyles.None, CultureInfo.InvariantCulture, out var format) ? format : null,
        Since = Bound(query, "since", now, problems),
        Until = Bound(query, "until", now, problems),
    };

    public static EventFormatFilter ToFormatFilter(this ViewQuery query, DateTimeOffset now, ICollection<string> problems) => new()
    {
        Host = query["host"],
        Facility = query["facility"],
        AtLeast = Gravity(query, problems),
        Since = Bound(query, "since", now, problems),
        Sort = query["sort"] is "events" or "hosts" or "firstSeen" ? query["sort"] : null,
        Text = query[ViewQuery.Text],
    };

    private static Filter? Written(ViewQuery query, FieldCatalogue catalogue, ICollection<string> problems)
    {
        if (query[ViewQuery.Filter] is not { } text)
        {
            return null;
        }

        if (Filter.TryParse(text, catalogue, out var filter, out var error))
        {
            return filter;
        }

        problems.Add($"The filter was left out: its {error}");
        return null;
    }

    private static Severity? Gravity(ViewQuery query, ICollection<string> problems)
    {
        if (query["severity"] is not { } word)
        {
            return null;
        }

        if (FilterWords.TrySeverity(word, out var severity))
        {
            return severity;
        }

        problems.Add($"There is no severity “{PlainText.Of(word)}”: all are shown.");
        return null;
    }

    private static CrashKind? Kind(ViewQuery query, ICollection<string> problems)
    {
        if (query["kind"] is not { } word)
        {
            return null;
        }

        if (EnumWords.TryParse<CrashKind>(word, out var kind))
        {
            return kind;
        }

        problems.Add($"There is no kind “{PlainText.Of(word)}”: all kinds are shown.");
        return null;
    }

    private static Guid? Id(ViewQuery query, string key, ICollection<string> problems)
    {
        if (query[key] is not { } text)
        {
            return null;
        }

        if (Guid.TryParse(text, out var id))
        {
            return id;
        }

        problems.Add($"“{PlainText.Of(text)}” is not the id of a {key}: it was ignored.");
        return null;
    }

    private static Transport? Way(ViewQuery query, ICollection<string> problems)
    {
        if (query["transport"] is not { } word)
        {
            return null;
        }

        if (TransportNames.TryParse(word, out var transport))
        {
            return transport;
        }

        problems.Add($"There is no transport “{PlainText.Of(word)}”: all are shown.");
        return null;
    }

    private static DateTimeOffset? Bound(ViewQuery query, string key, DateTimeOffset now, ICollection<string> problems)
    {
        if (query[key] is not { } text)
        {
            return null;
        }

        if (TimeText.TryReadMoment(text.Trim(), now, out var at))
        {
            return at;
        }

        problems.Add($"“{key}:{PlainText.Of(text)}” is not a time: write 2h, 7d or 2026-11-22T03:41:07Z.");
        return null;
    }

    private static bool? Flag(ViewQuery query, string key, ICollection<string> problems)
    {
        if (query[key] is not { } word)
        {
            return null;
        }

        if (bool.TryParse(word, out var flag))
        {
            return flag;
        }

        problems.Add($"“{key}” is true or false, not “{PlainText.Of(word)}”.");
        return null;
    }

    private static string? Order(ViewQuery query, ICollection<string> problems)
    {
        if (query["sort"] is not { } word)
        {
            return null;
        }

        if (word is "lastSeen" or "firstSeen" or "crashes" or "hosts")
        {
            return word;
        }

        problems.Add("Bugs sort by lastSeen, firstSeen, crashes or hosts.");
        return null;
    }
}
