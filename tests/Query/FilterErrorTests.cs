namespace Mayday.Query.Tests;

/// <summary>What is said of mistakes: the place, the reason, and the name that probably was meant.</summary>
public sealed class FilterErrorTests
{
    [Theory]
    [InlineData("", "column 1: The filter is empty.")]
    [InlineData("   ", "column 4: The filter is empty.")]
    [InlineData("host:a && ", "column 11: A condition is missing here, as kind:kasan.")]
    [InlineData("knd:kasan", "column 1: No field is called knd; did you mean kind? To look for it in the text, put it in quotes.")]
    [InlineData("hots = web", "column 1: No field is called hots; did you mean host? To look for it in the text, put it in quotes.")]
    [InlineData("colour = red", "column 1: No field is called colour. To look for it in the text, put it in quotes.")]
    [InlineData("host:a kind:kassan", "column 13: kind is one of: kasan nullPointer softLockup panic. Did you mean kasan?")]
    [InlineData("kind = kassan", "column 8: kind is one of: kasan nullPointer softLockup panic. Did you mean kasan?")]
    [InlineData("severity:grave", "column 10: grave is no severity: crit err warning, or 0 to 7.")]
    [InlineData("severity <= wrning", "column 13: wrning is no severity: crit err warning, or 0 to 7. Did you mean warning?")]
    [InlineData("severity err", "column 10: Between severity and err a sign is missing, as severity:err.")]
    [InlineData("taint:Q", "column 7: Q is no taint flag: P W, or 0 to 4294967295.")]
    [InlineData("size:big", "column 6: size is compared with a number, decimal or 0x hexadecimal, of at most 64 bits.")]
    [InlineData("size contains 4", "column 6: size is no text: compare it with = != < <= > >=.")]
    [InlineData("size & 4", "column 6: & asks for bits, which this field has not; for both of two conditions write && or a blank.")]
    [InlineData("kind < kasan", "column 6: kind is compared with = != contains ~ !~.")]
    [InlineData("fatal:perhaps", "column 7: fatal stands alone, or before = true or = false.")]
    [InlineData("bug:17", "column 5: bug is a uuid such as 0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a.")]
    [InlineData("age:2h", "column 4: An age is compared with < <= > >=.")]
    [InlineData("age < soon", "column 7: A length of time is a number with s, m, h, d or w behind it, as 90s, 30m, 2h, 7d.")]
    [InlineData("since:2026", "column 7: A time is written 2026-11-27, 2026-11-27T10:00, with Z or +01:00 behind it (UTC where nothing is said), or as how long ago: 90s, 30m, 2h, 7d, 4w.")]
    [InlineData("since > 7d", "column 7: since goes with a colon, as since:7d.")]
    [InlineData("host:", "column 6: A value is missing behind host: (no blank goes before it). To look for the word itself, put it in quotes.")]
    [InlineData("host: web", "column 6: A value is missing behind host: (no blank goes before it). To look for the word itself, put it in quotes.")]
    [InlineData("host", "column 5: Behind host goes a comparison: : = != < <= > >= contains ~ !~. To look for the word itself, put it in quotes.")]
    [InlineData("host:a=b", "column 7: = stands where the next condition would begin: put a value that holds ( ) = ! < > & | or ~ in quotes.")]
    [InlineData("host:>", "column 7: A value is missing behind >.")]
    [InlineData("host:\"a", "column 6: The quote that begins here is not closed: put \" at the end of the text.")]
    [InlineData("a | b", "column 3: A single | means nothing here: write || for either of two conditions.")]
    [InlineData("(a", "column 3: The ( at column 1 is not closed.")]
    [InlineData("a)", "column 2: A ) without its (.")]
    [InlineData("()", "column 2: A condition begins with a field, as kind:kasan, or with a text to look for; not with ).")]
    [InlineData("host:~a(b", "column 10: The ( at column 8 is not closed.")]
    [InlineData("host:~\"a(b\"", "column 9: The ( that begins here is not closed: write \\( for the character itself.")]
    [InlineData("host = \"a\0\"", "column 8: No text holds U+0000.")]
    public void TryParse_Mistake_IsToldWithItsColumn(string filter, string expected)
    {
        Assert.False(Filter.TryParse(filter, Samples.Catalogue, out _, out var error));
        Assert.Equal(expected, error.ToString());
        Assert.InRange(error.Column - 1 + error.Length, 0, filter.Length);
    }

    [Theory]
    [InlineData("knd:kasan", "kind")]
    [InlineData("hots = web", "host")]
    [InlineData("kind:kassan", "kasan")]
    [InlineData("severity:wrning", "warning")]
    public void TryParse_MistypedWord_GivesWhatFixesIt(string filter, string suggestion)
    {
        Assert.False(Filter.TryParse(filter, Samples.Catalogue, out _, out var error));
        Assert.Equal(suggestion, error.Suggestion);

        var mended = filter.Remove(error.Column - 1, error.Length).Insert(error.Column - 1, suggestion);
        Assert.True(Filter.TryParse(mended, Samples.Catalogue, out _, out _), mended);
    }

    [Fact]
    public void TryParse_BeyondTheBounds_IsRefused()
    {
        Refused(new string('a', Filter.MaxLength + 1), "longer than 4096");
        Refused(new string('(', 2000), "levels");
        Refused(new string('!', 2000), "levels");
        Refused(string.Concat(Enumerable.Repeat("-(", 1000)), "levels");
        Refused(string.Join(' ', Enumerable.Repeat("a", Filter.MaxTests + 1)), "conditions");
        Refused("a\ud800", "Half a character");
        Refused($"host ~ '{new string('(', 300)}'", "groups");

        static void Refused(string text, string says)
        {
            Assert.False(Filter.TryParse(text, Samples.Catalogue, out _, out var error));
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("host web", "column 1: A comparison is missing behind host, as host = value.")]
    [InlineData("kind:kasan panic", "column 12: panic stands alone. A condition is a field with a comparison, as kind:kasan; a text to look for stands in quotes here.")]
    [InlineData("!panic", "column 2: panic stands alone. A condition is a field with a comparison, as kind:kasan; a text to look for stands in quotes here.")]
    [InlineData("-panic", "column 2: panic stands alone. A condition is a field with a comparison, as kind:kasan; a text to look for stands in quotes here.")]
    [InlineData("RIP:0010 fatal", "column 1: RIP:0010 stands alone. A condition is a field with a comparison, as kind:kasan; a text to look for stands in quotes here.")]
    public void TryParse_BareWordWhereTheyAreRefused_IsAMistake(string filter, string expected)
    {
        Assert.True(Filter.TryParse(filter, Samples.Catalogue, out _, out _));
        Assert.False(Filter.TryParse(filter, Samples.Catalogue, BareWords.Refuse, out _, out var error));
        Assert.Equal(expected, error.ToString());
    }

    [Theory]
    [InlineData("host = web && fatal")]
    [InlineData("\"kernel panic\" kind:kasan")]
    [InlineData("!fatal since:7d or (title contains x)")]
    public void TryParse_WholeConditionsWhereBareWordsAreRefused_AreRead(string filter) =>
        Assert.True(Filter.TryParse(filter, Samples.Catalogue, BareWords.Refuse, out _, out _));
}
