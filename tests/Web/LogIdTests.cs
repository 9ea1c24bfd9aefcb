using System.Reflection;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Tests;

/// <summary>Who watches for an id must not hear another message.</summary>
public sealed class LogIdTests
{
    [Fact]
    public void EveryMessage_HasAnIdOfItsOwn()
    {
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        Assembly[] ours = [typeof(Mayday.Collector.CollectorOptions).Assembly, typeof(StoreQueries).Assembly, typeof(Mayday.Web.Live.EventFeed).Assembly];
        var messages = ours.SelectMany(one => one.GetTypes()).SelectMany(type => type.GetMethods(Any))
            .Where(method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null)
            .ToLookup(method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId, method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.True(messages.Count > 40);
        Assert.All(messages, sameId => Assert.Single(sameId));
    }
}
