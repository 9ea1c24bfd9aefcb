using System.Runtime.CompilerServices;

namespace Mayday.Web.Tests;

/// <summary>Compares a text with the file beside the tests; MAYDAY_UPDATE_SNAPSHOTS=1 writes the file anew, so that a change is seen as a diff.</summary>
internal static class ApiSnapshot
{
    public static void Matches(string file, string actual, [CallerFilePath] string source = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(source)!, file);
        if (Environment.GetEnvironmentVariable("MAYDAY_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing: run once with MAYDAY_UPDATE_SNAPSHOTS=1");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
