namespace Mayday.Hosting.Settings;

/// <summary>Settings outside every section.</summary>
public sealed class ProgramOptions
{
    /// <summary>Directory of the embedded Postgres, the spool and the journal. Empty: /var/lib/mayday as root, else ~/.local/share/mayday.</summary>
    public string? Data { get; set; }
}
