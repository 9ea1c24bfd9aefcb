using System.Text.Json;
using Mayday.Store.Reanalysis;

namespace Mayday.Cli.Commands.Analyze;

/// <summary>The output of <c>mayday reanalyze</c>: one line for each change of a bug, as text or JSON, and a summary for people.</summary>
internal static class ReanalysisOutput
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static void Write(TextWriter output, ReanalysisResult result, bool dryRun, bool json)
    {
        foreach (var change in result.Changes)
        {
            output.WriteLine(json ? JsonSerializer.Serialize(change, s_json) : Text(change));
        }

        if (!json)
        {
            var crashes = result.Crashes;
            output.WriteLine(
                (dryRun ? $"Dry run over {Words(result.Dumps, "dump")}, nothing is changed: " : $"Read {Words(result.Dumps, "dump")} again: ")
                + $"{Words(crashes.Kept, "crash", "crashes")} kept, {crashes.Moved} of them moved to another bug, {crashes.Added} added, {crashes.Removed} removed.");
        }
    }

    private static string Words(long count, string one, string? many = null) => $"{count} {(count == 1 ? one : many ?? one + "s")}";

    private static string Text(BugChange change) =>
        $"{change.Change,-6}  {string.Join(" + ", change.From.Select(Text))}{(change.From.Count > 0 && change.To.Count > 0 ? " -> " : "")}{string.Join(" + ", change.To.Select(Text))}";

    // Titles come from untrusted kernel logs, so terminal escapes in them are made harmless.
    private static string Text(BugShare share) =>
        $"\"{string.Concat(share.Title.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter))}\" ({share.Crashes})";
}
