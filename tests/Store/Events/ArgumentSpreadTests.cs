using FsCheck;
using FsCheck.Fluent;
using Mayday.Events.Reading;
using Mayday.Store.Events;

namespace Mayday.Store.Tests.Events;

/// <summary>The spread of an argument: bounded, exact while it can be, and never claiming more than was seen.</summary>
public sealed class ArgumentSpreadTests
{
    [Fact]
    public void Write_FewValuesOverManyBatches_CountsExactly()
    {
        string? stored = null;
        for (var batch = 0; batch < 10; batch++)
        {
            stored = Add(stored, [3, 3, 3, batch % 2]);
        }

        var spread = StoredSpread.Read(stored!);
        Assert.True(spread.IsExact);
        Assert.Equal([(3, 30), (0, 5), (1, 5)], spread.Values.Select(value => ((long)value.Value.Number, value.Count)));
        Assert.Equal((40, 0, 3), (spread.Observed, (long)spread.Minimum!, (long)spread.Maximum!));
    }

    [Fact]
    public void Write_AnyStream_KeepsTheFrequentAndClaimsNoMoreThanWasSeen()
    {
        var batches = Gen.Choose(0, 120).Select(i => i < 60 ? 7 : i < 80 ? 8 : i).Select(i => (long)i).ArrayOf(60).ArrayOf(20);
        foreach (var stream in Gen.Sample(batches, 50, 100))
        {
            string? stored = null;
            foreach (var batch in stream)
            {
                stored = Add(stored, batch);
            }

            var truth = stream.SelectMany(batch => batch).CountBy(value => value).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
            var spread = StoredSpread.Read(stored!);
            var found = spread.Values.ToDictionary(value => (long)value.Value.Number, value => value.Count);

            Assert.InRange(found.Count, 1, ArgumentSpread.MaxValues);
            Assert.Equal(truth.Values.Sum(), spread.Observed);
            Assert.All(found, pair => Assert.InRange(pair.Value, 1, truth[pair.Key]));
            // Nothing above a 32nd of all is ever pushed out.
            Assert.All(truth.Where(pair => pair.Value > spread.Observed / ArgumentSpread.MaxValues), pair => Assert.Contains((decimal)pair.Key, spread.Kept));
            Assert.Equal(truth.Count <= ArgumentSpread.MaxValues, spread.IsExact);
        }
    }

    [Fact]
    public void Write_LongTexts_AreCutAndSaySo()
    {
        var argument = EventArgument.OfText(new string('x', 100) + "tail");
        var spread = new ArgumentSpread(argument);
        spread.Add(argument, 2);

        var value = Assert.Single(StoredSpread.Read(spread.Write()).Values);

        Assert.Equal((new string('x', ArgumentSpread.MaxText), true, 2), (value.Value.Text, value.Value.IsCut, value.Count));
    }

    [Theory]
    [InlineData(EventArgumentKind.Unsigned, -1L, "18446744073709551615")]
    [InlineData(EventArgumentKind.Signed, -1L, "-1")]
    [InlineData(EventArgumentKind.Signed, long.MinValue, "-9223372036854775808")]
    [InlineData(EventArgumentKind.Pointer, -4096L, "18446744073709547520")]
    public void Write_NumbersOf64Bits_KeepTheirSign(EventArgumentKind kind, long number, string shown)
    {
        var argument = new EventArgument(kind, number, null, "%x");
        var spread = new ArgumentSpread(argument);
        spread.Add(argument, 1);

        Assert.Equal(shown, Assert.Single(StoredSpread.Read(spread.Write()).Values).Value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Add(string? stored, long[] values)
    {
        var spread = new ArgumentSpread(EventArgument.OfNumber(0));
        if (stored is not null)
        {
            spread.AddStored(stored);
        }

        foreach (var value in values)
        {
            spread.Add(EventArgument.OfNumber(value), 1);
        }

        return spread.Write();
    }
}
