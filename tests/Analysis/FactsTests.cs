using System.Text;

namespace Mayday.Analysis.Tests;

/// <summary>The small decoders beside the analyser.</summary>
public sealed class FactsTests
{
    [Fact]
    public void TaintLetters_Decoded_KeepOrderAndUnknownOnes()
    {
        var flags = TaintFlags.Decode("GWOEQ");
        Assert.Equal("GWOEQ", string.Concat(flags.Select(f => f.Letter)));
        Assert.Equal([0, 9, 12, 13, null], flags.Select(f => f.Bit));
        Assert.Empty(TaintFlags.Decode(""));
        Assert.Empty(TaintFlags.Decode(null));
    }

    [Fact]
    public void Similarity_OfOneBugInTwoWords_IsHigherThanOfStrangers()
    {
        var oops = First("null_read");
        var gpf = First("gpf");
        var stall = First("rcu_stall");
        var again = CrashAnalyzer.Analyze(CaptureFiles.Cases.Single(c => c.ToString() == "null_read.basic").Log)[0];
        Assert.Equal(1, CrashSimilarity.Score(oops, oops), 6);
        Assert.True(CrashSimilarity.Score(oops, again) > 0.95);
        Assert.True(CrashSimilarity.Score(oops, gpf) < 0.8);
        Assert.True(CrashSimilarity.Score(oops, gpf) > CrashSimilarity.Score(oops, stall));
        Assert.Equal(CrashSimilarity.Score(oops, gpf), CrashSimilarity.Score(gpf, oops), 9);
    }

    [Theory]
    [InlineData("<4>[    5.123456][  T123] text", 4, 5.123456, 124, false, "text")]
    [InlineData("<12>[    5.123456] text", 12, 5.123456, 0, true, "text")]
    [InlineData("[    5.123456][    C7] text", -1, 5.123456, -8, false, "text")]
    [InlineData("6,416,1439021,-,caller=T16;text", 6, 1.439021, 17, false, "text")]
    [InlineData("6.1.0-56-amd64,6,416,1439021,-;text", 6, 1.439021, 0, false, "text")]
    [InlineData("Nov 22 19:22:00 host kernel: [  123.456789] text", -1, 123.456789, 0, false, "text")]
    [InlineData("2026-11-22T19:22:00.123456+00:00 host kernel: text", -1, double.NaN, 0, false, "text")]
    [InlineData("Nov 22 19:22:00 host app[55]: text", -1, double.NaN, 0, true, null)]
    [InlineData("[Sun Nov 22 19:22:00 2026] text", -1, double.NaN, 0, false, "text")]
    [InlineData("kern  :warn  : [    5.123456] text", -1, 5.123456, 0, false, "text")]
    [InlineData("login: [    5.123456] text", -1, 5.123456, 0, false, "text")]
    [InlineData("** 178 printk messages dropped ** [    5.123456] text", -1, 5.123456, 0, false, "text")]
    [InlineData(" <TASK>", -1, double.NaN, 0, false, " <TASK>")]
    [InlineData("text", -1, double.NaN, 0, false, "text")]
    public void Framing_Parsed_LeavesTheText(string line, int priority, double time, int caller, bool user, string? text)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        var framed = Lines.LineFraming.Parse(bytes);
        Assert.Equal(priority, framed.Priority);
        Assert.Equal(time, framed.Time, 6);
        Assert.Equal(caller, framed.Caller);
        Assert.Equal(user, framed.IsUser);
        if (text is not null)
        {
            Assert.Equal(text, Encoding.UTF8.GetString(bytes, framed.TextOffset, bytes.Length - framed.TextOffset));
        }
    }

    private static CrashReport First(string name) => CrashAnalyzer.Analyze(CaptureFiles.Cases.Single(c => c.ToString() == name + ".ext").Log)[0];
}
