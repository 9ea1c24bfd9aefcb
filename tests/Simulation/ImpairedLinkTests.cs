using FsCheck;
using FsCheck.Fluent;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Tests;

public sealed class ImpairedLinkTests
{
    [Fact]
    public void PerfectLink_ChangesNothing() => Assert.Equal(Enumerable.Range(0, 1000), Pass(1000, default, 1, out _));

    [Fact]
    public void DeadLink_LetsNothingThrough() => Assert.Empty(Pass(1000, new Impairment(1, 1, 1), 1, out _));

    [Fact]
    public void SameSeed_SameFate() =>
        Assert.Equal(Pass(1000, new Impairment(0.2, 0.2, 0.2), 7, out _), Pass(1000, new Impairment(0.2, 0.2, 0.2), 7, out _));

    [Fact]
    public void OtherSeed_OtherFate() =>
        Assert.NotEqual(Pass(1000, new Impairment(0.2, 0.2, 0.2), 7, out _), Pass(1000, new Impairment(0.2, 0.2, 0.2), 8, out _));

    [Fact]
    public void MoreReordering_LosesTheSameDatagrams() => Assert.Equal(
        Pass(1000, new Impairment(0.2, 0, 0), 7, out _).Order(), Pass(1000, new Impairment(0.2, 0.5, 0), 7, out _).Order());

    [Fact]
    public void Reordering_MovesDatagramsButNotFar()
    {
        var passed = Pass(1000, new Impairment(0, 0.3, 0), 7, out var link);

        Assert.NotEqual(Enumerable.Range(0, 1000), passed);
        Assert.InRange(link.Reordered, 200, 400);
        Assert.All(passed.Index(), one => Assert.InRange(one.Index - one.Item, -9, 9));
    }

    [Fact]
    public void EveryDatagram_LeavesOnceMoreOrNever_AsCounted()
    {
        var cases =
            from count in Gen.Choose(0, 300)
            from loss in Gen.Choose(0, 100)
            from reorder in Gen.Choose(0, 100)
            from duplicate in Gen.Choose(0, 100)
            from seed in Gen.Choose(0, int.MaxValue)
            select (count, impairment: new Impairment(loss / 100.0, reorder / 100.0, duplicate / 100.0), seed);

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var passed = Pass(one.count, one.impairment, one.seed, out var link);
            var copies = passed.CountBy(number => number).ToDictionary();
            return copies.Count == one.count - link.Lost
                && copies.Values.All(number => number is 1 or 2)
                && copies.Values.Count(number => number == 2) == link.Duplicated;
        }).QuickCheckThrowOnFailure();
    }

    private static List<int> Pass(int count, Impairment impairment, int seed, out ImpairedLink<byte[]> link)
    {
        link = new ImpairedLink<byte[]>(impairment, new SeededNumbers(seed, 0));
        var leaving = new Queue<byte[]>();
        for (var number = 0; number < count; number++)
        {
            link.Send(BitConverter.GetBytes(number), leaving);
        }

        link.Flush(leaving);
        return [.. leaving.Select(datagram => BitConverter.ToInt32(datagram))];
    }
}
