using System.Diagnostics.Metrics;
using Mayday.Collector;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mayday.Web.Tests.Metrics;

/// <summary>The collector's instruments in a host that has none, as <c>mayday up</c> has both.</summary>
internal static class CollectorMeter
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(provider => new CollectorCounters(provider.GetRequiredService<IMeterFactory>()));
        services.AddHostedService<Maker>();
    }

    private sealed class Maker(CollectorCounters counters) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            Assert.NotNull(counters);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
