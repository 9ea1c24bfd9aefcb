using System.ComponentModel;
using System.Globalization;
using Mayday.Store.Bugs;
using Mayday.Store.Retention;
using Npgsql;

namespace Mayday.Hosting.Settings;

/// <summary>Section <c>Store</c>: where Postgres is and how long it keeps what.</summary>
public sealed class StoreOptions
{
    public const string Section = "Store";

    private const int MostLogs = 1_000_000;

    // Far beyond any fleet's life, and the date so far back still exists.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36_500);

    /// <summary>Postgres connection string. None: `mayday up` runs a Postgres of its own; the other roles need one.</summary>
    [PasswordPropertyText(true)]
    public string? ConnectionString { get; set; }

    /// <summary>How long crashes and events are kept. 90 days: a kernel release is in use for about that long.</summary>
    public TimeSpan Retention { get; set; } = PartitionKeeper.DefaultRetention;

    /// <summary>How long archived log lines are kept. 7 days: what a machine said in the days before it died.</summary>
    public TimeSpan LogRetention { get; set; } = PartitionKeeper.DefaultLogRetention;

    public ReservoirOptions Reservoir { get; set; } = new();

    public StormOptions Storm { get; set; } = new();

    public static IReadOnlyList<string> FindErrors(StoreOptions options)
    {
        var errors = new List<string>();
        if (!string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            CheckConnection(options.ConnectionString, errors);
        }

        Time(nameof(Retention), options.Retention);
        Time(nameof(LogRetention), options.LogRetention);
        Between("Reservoir:LogsPerBugAndHour", options.Reservoir.LogsPerBugAndHour, 0);
        Between("Storm:Machines", options.Storm.Machines, 2);
        return errors;

        void Time(string key, TimeSpan value)
        {
            if (value <= TimeSpan.Zero || value > s_longest)
            {
                errors.Add($"{Section}:{key} must be a time above zero and at most {s_longest.Days} days, not {value}.");
            }
        }

        void Between(string key, int value, int least)
        {
            if (value < least || value > MostLogs)
            {
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"{Section}:{key} must be a whole number from {least} to {MostLogs}, not {value}."));
            }
        }
    }

    // The text itself is not repeated: it may hold a password.
    private static void CheckConnection(string text, List<string> errors)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrWhiteSpace(parsed.Host))
            {
                errors.Add($"{Section}:ConnectionString names no Host. Example: Host=10.0.0.9;Database=mayday;Username=mayday;Password=...");
            }
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or OverflowException)
        {
            errors.Add(
                $"{Section}:ConnectionString is not a Postgres connection string ({Printable.Show(malformed.Message)}). "
                + "Example: Host=10.0.0.9;Database=mayday;Username=mayday;Password=...");
        }
    }
}
