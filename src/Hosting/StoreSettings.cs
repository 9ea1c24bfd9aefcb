using Mayday.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Hosting;

/// <summary>Section <c>Store</c> for the writer, the pages and the upkeep.</summary>
public static class StoreSettings
{
    public static void Add(IServiceCollection services, StoreOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Reservoir);
        services.AddSingleton(options.Storm);
    }
}
