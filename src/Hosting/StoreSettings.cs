using Mayday.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Hosting;

/// <summary>Hands the section <c>Store</c> to the writer, the pages and the upkeep.</summary>
public static class StoreSettings
{
    public static void Add(IServiceCollection services, StoreOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Reservoir);
        services.AddSingleton(options.Storm);
    }
}
