using System.Globalization;

namespace Mayday.Store.Tests;

internal static class ServerProcesses
{
    /// <summary>User and system time of the server's processes; the connections of the pool live until the end.</summary>
    public static TimeSpan TimeOf(string cluster)
    {
        const int TicksPerSecond = 100;
        long ticks = 0;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(name => char.IsAsciiDigit(name[^1])))
        {
            try
            {
                if (new DirectoryInfo(process + "/cwd").LinkTarget == cluster)
                {
                    var stat = File.ReadAllText(process + "/stat");
                    var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                    ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }
}
