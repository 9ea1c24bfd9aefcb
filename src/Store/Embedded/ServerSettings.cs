using System.Globalization;
using System.Text;

namespace Mayday.Store.Embedded;

/// <summary>The settings of the private server, rewritten at each start, each with its reason.</summary>
internal static class ServerSettings
{
    public const string FileName = "mayday.conf";

    private const long Megabyte = 1024 * 1024;

    private static readonly (string Name, string Value, string Reason)[] s_fixed =
    [
        ("listen_addresses", "''", "no TCP: only this machine's root and the server's own user reach the socket"),
        ("unix_socket_permissions", "0700", "as the directory around it"),
        ("max_connections", "60", "two pools of at most 20 in mayday up, and room for psql and maintenance"),
        ("wal_level", "minimal", "no replica hangs on this server; halves the log of bulk work"),
        ("max_wal_senders", "0", "required by wal_level = minimal"),
        ("max_wal_size", "2GB", "a burst of dumps is not throttled by checkpoints; recovery replays at most this"),
        ("checkpoint_timeout", "15min", "fewer full page images, so less to write"),
        ("wal_compression", "lz4", "page images pack to a third for little CPU"),
        ("default_toast_compression", "lz4", "logs and reports: a third of the size at several times the speed of pglz"),
        ("work_mem", "16MB", "lists sort in memory"),
        ("maintenance_work_mem", "128MB", "indexes of new partitions and vacuum"),
        ("random_page_cost", "1.1", "data lies on flash or in memory nearly everywhere"),
        ("max_locks_per_transaction", "1024", "a list without time bounds locks each of 90 days and each of its indexes"),
        ("autovacuum_naptime", "15s", "count rows are updated with every batch"),
        ("jit", "off", "statements are short; compiling them costs more than it saves"),
        ("timezone", "'UTC'", "days are UTC days"),
        ("log_timezone", "'UTC'", "so are the log's"),
        ("logging_collector", "on", "the log is a file beside the data"),
        ("log_directory", "'log'", "in the cluster directory"),
        ("log_filename", "'postgres-%a.log'", "seven files, one a weekday, each overwritten after a week"),
        ("log_rotation_age", "1d", "with the names above"),
        ("log_rotation_size", "0", "with the names above"),
        ("log_truncate_on_rotation", "on", "with the names above"),
        ("log_checkpoints", "off", "no news"),
        ("log_statement", "'none'", "crash reports do not belong into logs"),
    ];

    public static string Text(string socketDirectory, IReadOnlyDictionary<string, string> overrides)
    {
        var text = new StringBuilder("# Written by mayday at each start; changes here are lost. Own settings go into postgresql.auto.conf (ALTER SYSTEM).\n");
        foreach (var (name, value, reason) in s_fixed
            .Prepend(("unix_socket_directories", $"'{socketDirectory}'", "short and private: socket paths end at 107 bytes"))
            .Append(("shared_buffers", SharedBuffers(), "a quarter of the memory up to 1 GB: mayday needs memory too, and the page cache holds the rest")))
        {
            if (!overrides.ContainsKey(name))
            {
                Append(text, name, value, reason);
            }
        }

        foreach (var (name, value) in overrides)
        {
            Append(text, name, value, "set by the caller");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string value, string reason) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} = {value}  # {reason}\n");

    private static string SharedBuffers()
    {
        var quarter = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / Megabyte;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(quarter, 64, 1024)}MB");
    }
}
