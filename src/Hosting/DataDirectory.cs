using Mayday.Store.Embedded;
using Microsoft.Extensions.Configuration;

namespace Mayday.Hosting;

/// <summary>The directory where <c>mayday up</c> keeps its Postgres and its spool.</summary>
public static class DataDirectory
{
    public const string Key = "Data";

    public static string Of(IConfiguration settings)
    {
        if (settings[Key] is { Length: > 0 } named)
        {
            return Path.GetFullPath(named);
        }

        var usual = EmbeddedPostgresOptions.DefaultDataDirectory;
        return Path.IsPathRooted(usual)
            ? usual
            : throw new PlainFailureException("there is no home directory for the data. Give a directory with --data DIR.", ExitCode.WrongUse);
    }
}
