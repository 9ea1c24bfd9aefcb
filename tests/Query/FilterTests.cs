namespace Mayday.Query.Tests;

/// <summary>What the language means: the long form, the short form, and how they are joined.</summary>
public sealed class FilterTests
{
    [Theory]
    [InlineData("kind:kasan kernel:6.1.* host:web-* !taint:W \"use-after-free\" since:7d")]
    [InlineData("kind:KASAN")]
    [InlineData("kind = Kasan && kind != NULLPOINTER")]
    [InlineData("-kind:null")]
    [InlineData("kind:ka*")]
    [InlineData("kind:KA*AN")]
    [InlineData("host:web-12")]
    [InlineData("host = web-*")]
    [InlineData("host != db-*")]
    [InlineData("host:*")]
    [InlineData("host:\"web-12\"")]
    [InlineData("-host:\"web-*\"")]
    [InlineData("!(host:db-1 or host:db-2)")]
    [InlineData("host:db-1 or host:web-12 kind:kasan")]
    [InlineData("host:db-1 || host:web-12 && kind:kasan")]
    [InlineData("(host:db-1 OR host:web-12) AND NOT kind:panic")]
    [InlineData("not fatal = false")]
    [InlineData("fatal")]
    [InlineData("fatal:yes -fatal:no")]
    [InlineData("ext4_writepage KASAN")]
    [InlineData("kasan")]
    [InlineData("ext4*page")]
    [InlineData("KASAN: use-after-free")]
    [InlineData("title:FREE title contains free")]
    [InlineData("title:\"READ in\"")]
    [InlineData("!\"READ in\"")]
    [InlineData("-\"READ in\"")]
    [InlineData("title ~ '^KASAN: [a-z-]+ Read'")]
    [InlineData("title:~free")]
    [InlineData("module:nvme module:ext4 -module:xfs")]
    [InlineData("severity:err severity<=err severity:>crit severity:3")]
    [InlineData("taint:P taint & 1 -taint:W")]
    [InlineData("size:4096 size>=0x1000 size:<5000 size != 3")]
    [InlineData("bug:0199F3A4-6c1e-7b0a-9d55-0f6f4f1c2b3a")]
    [InlineData("since:2H until:10m")]
    [InlineData("since:2026-11-27T10:00 until=\"2026-11-27 12:00\"")]
    [InlineData("time >= 1h && age < 31m")]
    [InlineData("age<1D")]
    public void Matches_ConditionThatHolds_IsTrue(string filter)
    {
        Assert.True(Samples.Matches(filter));
        Assert.False(Samples.Matches($"!({filter})"));
    }

    [Theory]
    [InlineData("host:web-1")]
    [InlineData("host:eb-12")]
    [InlineData("host:\"web-*\"")]
    [InlineData("\"kasan\"")]
    [InlineData("ext4*writepage*x")]
    [InlineData("since:10m")]
    [InlineData("kind:kasan kind:panic")]
    [InlineData("title:free\\*")]
    public void Matches_ConditionThatDoesNotHold_IsFalse(string filter) => Assert.False(Samples.Matches(filter));

    [Theory]
    [InlineData("host:web-12")]
    [InlineData("host:*")]
    [InlineData("host != web-12")]
    [InlineData("host !~ web")]
    [InlineData("severity != err")]
    public void Matches_ValueThatIsAbsent_PassesNoTest(string filter)
    {
        var sample = new Sample { Host = null, Severity = null };

        Assert.False(Samples.Matches(filter, sample));
        Assert.True(Samples.Matches($"!({filter})", sample));
    }

    [Theory]
    [InlineData("Kernel panic - not syncing", "title:Kernel title:panic title:\"-\" title:\"not\" title:syncing")]
    [InlineData("BUG: soft lockup", "title:BUG: title:soft title:lockup")]
    [InlineData("kernel panic", "title:kernel title:panic")]
    [InlineData("RIP:ext4_writepage 0010:kasan_report+0x1f", "title:RIP:ext4_writepage title:0010:kasan_report+0x1f")]
    [InlineData("can't", "title:\"can't\"")]
    [InlineData("Fatal exception", "title:Fatal title:exception")]
    [InlineData("not kernel:6.1", "!kernelRelease:6.1")]
    [InlineData("not fatal", "!fatal")]
    public void ToString_LinesOfKernels_AreLookedForAsTheyStand(string filter, string read) => Assert.Equal(read, Samples.Parse(filter).ToString());

    [Theory]
    [InlineData("kind=KASAN and host = web-1", "kind:kasan host:web-1")]
    [InlineData("(a or b) c", "(title:a or title:b) title:c")]
    [InlineData("a or b c", "title:a or title:b title:c")]
    [InlineData("receivedAt >= 7d", "since:7d")]
    [InlineData("since:2w until:2026-11-27", "since:14d until:2026-11-27T00:00:00Z")]
    [InlineData("severity <= 3", "severity <= err")]
    [InlineData("taint & 0x201", "taint:513")]
    [InlineData("host = 'a \"b\" \\\\ c'", "host:\"a \\\"b\\\" \\\\ c\"")]
    [InlineData("title contains free", "\"free\"")]
    [InlineData("host ~ 'a\\\"b\"'", "host ~ \"a\\x22b\\\"\"")]
    [InlineData("host = 'and'", "host:\"and\"")]
    [InlineData("fatal != true", "fatal != true")]
    [InlineData("!!fatal", "!!fatal")]
    public void ToString_Filter_IsItsShortForm(string filter, string expected)
    {
        var parsed = Samples.Parse(filter);

        Assert.Equal(expected, parsed.ToString());
        Assert.Equal(parsed.Root, Samples.Parse(expected).Root);
    }

    [Theory]
    [InlineData("module = ext4", true)]
    [InlineData("module != ext4", false)]
    [InlineData("module !~ nv", false)]
    [InlineData("module != xfs", true)]
    [InlineData("module !~ xfs", true)]
    public void Matches_FieldOfSeveralValues_IsNotEqualWhenNoneIs(string filter, bool expected) => Assert.Equal(expected, Samples.Matches(filter));
}
