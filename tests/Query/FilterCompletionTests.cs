namespace Mayday.Query.Tests;

public sealed class FilterCompletionTests
{
    [Theory]
    [InlineData("ki", "kind", 0)]
    [InlineData("!ki", "kind", 1)]
    [InlineData("-ki", "kind", 1)]
    [InlineData("host:web-1 se", "severity", 11)]
    [InlineData("host = a s", "severity size since", 9)]
    [InlineData("kind:", "kasan nullPointer softLockup panic", 5)]
    [InlineData("kind:N", "nullPointer", 5)]
    [InlineData("(kind:n", "nullPointer", 6)]
    [InlineData("severity <= ", "crit err warning", 12)]
    [InlineData("severity:>c", "crit", 10)]
    [InlineData("fatal s", "severity size since", 6)]
    [InlineData("since:", "10m 1h 24h 7d", 6)]
    [InlineData("severity ", "", 0)]
    [InlineData("\"kind:", "", 0)]
    [InlineData("colour:r", "", 0)]
    public void At_EndOfText_OffersWhatCouldStandThere(string text, string offered, int start)
    {
        var completion = FilterCompletion.At(text, text.Length, Samples.Catalogue);

        Assert.Equal(offered, string.Join(' ', completion.Suggestions.Select(suggestion => suggestion.Insert)));
        Assert.True(offered.Length == 0 || completion.Start == start, $"{completion.Start}");
    }

    [Fact]
    public void At_CaretInTheMiddle_LooksAtWhatIsBeforeIt()
    {
        var completion = FilterCompletion.At("ki host:web", 2, Samples.Catalogue);

        var only = Assert.Single(completion.Suggestions);
        Assert.Equal(("kind", FilterSuggestionKind.Field), (only.Insert, only.Kind));
        Assert.Equal((0, 2), (completion.Start, completion.Length));
    }
}
