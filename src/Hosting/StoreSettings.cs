using System.Globalization;
using Mayday.Store.Bugs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Hosting;

/// <summary>Reads the sections <c>Store:Reservoir</c> and <c>Store:Storm</c>, for the writer and the pages.</summary>
public static class StoreSettings
{
    private const int MostLogs = 1_000_000;

    /// <summary>Adds the options to the services. Fails if they are invalid.</summary>
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        var failures = new List<string>();
        var reservoir = new ReservoirOptions();
        reservoir.LogsPerBugAndHour = Read($"{ReservoirOptions.Section}:{nameof(reservoir.LogsPerBugAndHour)}", reservoir.LogsPerBugAndHour, 0);
        var storm = new StormOptions();
        storm.Machines = Read($"{StormOptions.Section}:{nameof(storm.Machines)}", storm.Machines, 2);
        ProgramConfiguration.Refuse(failures);
        services.AddSingleton(reservoir);
        services.AddSingleton(storm);

        int Read(string key, int otherwise, int least)
        {
            if (settings[key] is not { } word)
            {
                return otherwise;
            }

            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= MostLogs)
            {
                return number;
            }

            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{key} must be a whole number from {least} to {MostLogs}, not '{Printable.Show(word)}'"));
            return otherwise;
        }
    }
}
