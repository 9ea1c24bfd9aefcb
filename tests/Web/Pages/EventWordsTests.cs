using Mayday.Events.Filtering;
using Mayday.Web.Components.Events;

namespace Mayday.Web.Tests.Pages;

/// <summary>What the header's box makes of what is typed on the pages of events.</summary>
public sealed class EventWordsTests
{
    [Theory]
    [InlineData("link down", "\"link down\"")]
    [InlineData("  eth0  ", "\"eth0\"")]
    [InlineData(@"C:\x", @"""C:\\x""")]
    [InlineData("ext4_find_entry (comm) ran", "\"ext4_find_entry (comm) ran\"")]
    [InlineData("", "")]
    [InlineData("truncated", "truncated")]
    [InlineData("text contains link", "text contains link")]
    [InlineData("severity <= err", "severity <= err")]
    [InlineData("severity <= er", "severity <= er")]
    [InlineData("\"open", "\"open")]
    public void AsFilter_Words_AreLookedForAndFiltersStay(string typed, string filter)
    {
        Assert.Equal(filter, EventWords.AsFilter(typed));
        Assert.True(filter.Length == 0 || filter is "severity <= er" or "\"open" || EventFilter.TryParse(filter, out _, out _));
    }
}
