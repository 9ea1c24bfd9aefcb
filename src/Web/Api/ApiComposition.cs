using Mayday.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mayday.Web;

/// <summary>The REST API as one piece: the caller brings an <see cref="Npgsql.NpgsqlDataSource"/>, everything else is registered here.</summary>
public static class ApiComposition
{
    public static IServiceCollection AddMaydayApi(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CrashQueries>();
        services.TryAddSingleton<CrashWriter>();
        return services;
    }

    public static void MapMaydayApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
    }
}
