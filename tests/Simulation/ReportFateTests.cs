using Mayday.Simulation.Load;

namespace Mayday.Simulation.Tests;

/// <summary>Which reports of a load a receiver must name rightly, whatever the network did to the rest of their lines.</summary>
public sealed class ReportFateTests
{
    private const int Lines = 60;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Report_ThatLostOtherLines_IsCertain(bool isNumbered)
    {
        var fate = new ReportFate(3, isNumbered);
        Leave(fate, Enumerable.Range(0, Lines).Where(line => line is not (1 or 20 or 59)));

        Assert.True(fate.IsCertain);
        Assert.Equal(3, fate.Signature);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(7)]
    public void Report_ThatLostALineThatNamesIt_IsUncertain(int lost)
    {
        var fate = new ReportFate(0, isNumbered: true);
        Leave(fate, Enumerable.Range(0, Lines).Where(line => line != lost));

        Assert.False(fate.IsCertain);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NamingLine_ThatCameLateOrTwice_IsUncertainOnlyWhereNothingTellsTheOrder(bool isNumbered)
    {
        var late = new ReportFate(0, isNumbered);
        Leave(late, [1, 2, 3, 0, .. Enumerable.Range(4, Lines - 4)]);
        var twice = new ReportFate(0, isNumbered);
        Leave(twice, [0, 0, .. Enumerable.Range(1, Lines - 1)]);

        Assert.Equal((isNumbered, isNumbered), (late.IsCertain, twice.IsCertain));
    }

    [Fact]
    public void NamingLines_AreThoseOfTheReport()
    {
        var text = new OopsText(0, 0);
        var lines = global::System.Text.Encoding.ASCII.GetString(text.Make(0, new Links.SeededNumbers(1, 1))).Split('\n');

        Assert.Collection(
            OopsText.NamingLines.ToArray().Select(line => lines[line]),
            line => Assert.Contains("BUG: ", line),
            line => Assert.Contains("Oops: ", line),
            line => Assert.Contains("RIP: ", line));
    }

    private static void Leave(ReportFate fate, IEnumerable<int> lines)
    {
        foreach (var line in lines)
        {
            fate.Leave(line);
        }
    }
}
