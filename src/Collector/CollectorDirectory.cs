namespace Mayday.Collector;

internal static class CollectorDirectory
{
    public static string Default =>
        Environment.IsPrivilegedProcess ? "/var/lib/mayday" : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "mayday");
}
