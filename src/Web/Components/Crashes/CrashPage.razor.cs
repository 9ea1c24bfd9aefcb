using System.Globalization;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.JSInterop;
using MudBlazor;

namespace Mayday.Web.Components.Crashes;

public sealed partial class CrashPage
{
    private CrashDetail? _crash;
    private Guid _read;
    private bool _loaded;
    private (string Words, string Colour) _completeness;

    // What people set (userdata, the netoops blob) and what the kernel adds about itself (sysdata).
    private List<UserField> _ownFields = [];

    // printk's dictionary belongs to single records: which devices drivers spoke of, once each.
    private List<string> _devices = [];

    [Parameter] public Guid Id { get; set; }

    [CascadingParameter] public HttpContext? Http { get; set; }

    [Inject] public required IJSRuntime Script { get; init; }

    [Inject] public required ISnackbar Snackbar { get; init; }

    private string Here => $"crashes/{Id}";

    /// <summary>"cm_null_read+0x5": where the guilty frame stood.</summary>
    private string? InstructionPointer => _crash?.Report.Frames.FirstOrDefault(frame => frame.IsGuilty) is { Offset: { } offset } frame
        ? string.Create(CultureInfo.InvariantCulture, $"{frame.Function}+0x{offset:x}")
        : _crash?.Function;

    protected override async Task OnParametersSetAsync()
    {
        if (_read == Id)
        {
            return;
        }

        _read = Id;
        _loaded = false;
        _crash = null;
        _crash = await ReadOnceAsync(Id.ToString("N"), cancellation => Queries.Crashes.FindCrashAsync(Id, cancellation));
        _loaded = true;
        if (_crash is not null)
        {
            _completeness = CrashVerdict.Completeness(_crash.Completeness, _crash.Transport);
            _ownFields = [.. _crash.UserFields.Where(field => field.Key is not ("SUBSYSTEM" or "DEVICE")).Take(100)];
            _devices = [.. _crash.UserFields.Where(field => field.Key == "DEVICE").Select(field => field.Value).Distinct().Take(100)];
        }
        else if (Failure is null && Http is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task CopyAsync()
    {
        var copied = _crash is not null && await Script.InvokeAsync<bool>("mayday.copy", Gone, _crash.Extract);
        if (copied)
        {
            Snackbar.Add("The report is on the clipboard.", MudBlazor.Severity.Success);
        }
        else
        {
            Snackbar.Add("The browser refused the clipboard. “Log as text” opens the same lines to copy by hand.", MudBlazor.Severity.Warning);
        }
    }

    private static string Uptime(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 3e9));
        return span.TotalMinutes < 2
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
            : span.TotalDays < 1
                ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes:00} min")
                : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h");
    }

    private static string Modules(IEnumerable<LoadedModule> modules) =>
        PlainText.Of(string.Join(' ', modules.Select(module => string.IsNullOrEmpty(module.Flags) ? module.Name : $"{module.Name}({module.Flags})")));

    private string Apart(CrashItem other)
    {
        var apart = other.OccurredAt - _crash!.OccurredAt;
        return $"{(apart < TimeSpan.Zero ? "−" : "+")}{Words.Age(apart.Duration()).Replace("now", "0 s", StringComparison.Ordinal)}";
    }

    private static string Arrived(Witness witness) => witness.Complete switch
    {
        true => "complete",
        false => witness.MissingPackets is > 0 and var missing ? $"{Words.Count(missing)} missing" : "not all of it",
        null => "completeness unknown",
    };

    private static string Counts(Completeness completeness)
    {
        var parts = new List<string> { $"{Words.Count(completeness.Received)} received" };
        if (completeness.Expected is { } expected)
        {
            parts[0] += $" of {Words.Count(expected)}";
        }

        if (completeness.Rounds is { } rounds)
        {
            parts.Add(Words.Count(rounds, "round", "rounds"));
        }

        if (completeness.Duplicates > 0)
        {
            parts.Add(Words.Count(completeness.Duplicates, "duplicate", "duplicates"));
        }

        if (completeness.Conflicting > 0)
        {
            parts.Add($"{Words.Count(completeness.Conflicting)} conflicting");
        }

        return string.Join(", ", parts);
    }

    private static string Range(MissingRange range) => range.First == range.Last
        ? range.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{range.First}–{range.Last}");

    /// <summary>Sixteen bytes a row, in hex and in letters.</summary>
    private static string Hex(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return "";
        }

        var dump = new StringBuilder();
        for (var row = 0; row < length; row += 8)
        {
            var part = bytes.AsSpan(row, Math.Min(8, length - row));
            dump.Append(CultureInfo.InvariantCulture, $"{row:x2}  ");
            foreach (var octet in part)
            {
                dump.Append(CultureInfo.InvariantCulture, $"{octet:x2} ");
            }

            dump.Append(' ', (8 - part.Length) * 3 + 1);
            foreach (var octet in part)
            {
                dump.Append(octet is >= 0x20 and < 0x7F ? (char)octet : '·');
            }

            dump.Append('\n');
        }

        return dump.ToString();
    }
}
