using FsCheck;
using FsCheck.Fluent;
using Mayday.Linux.Memory;

namespace Mayday.Collector.Tests;

/// <summary>What is unsafe inside is safe outside: no access beyond the bounds, whatever is asked for.</summary>
public sealed class FixedMemoryTests
{
    private static FixedMemory Of(string kind) => kind == "array" ? FixedMemory.Allocate(8 << 10) : FixedMemory.AllocateHugePages(1);

    [Theory]
    [InlineData("array")]
    [InlineData("huge page")]
    public void Access_OfAnyPlaceAndLength_IsWithinTheBoundsOrRefused(string kind)
    {
        using var memory = Of(kind);
        var length = memory.Length;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1_000),
            Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed =>
            {
                var random = new Random(seed);
                var offset = Number();
                var count = Number();
                var fits = offset >= 0 && count >= 0 && count <= length && offset <= length - count;
                Assert.Equal(fits && count <= int.MaxValue, Does(() => memory.Span(offset, (int)Math.Clamp(count, int.MinValue, int.MaxValue)).Fill(7)));
                Assert.Equal(fits, Does(() => memory.Part(offset, count)));
                Assert.Equal(offset >= 0 && offset <= length - sizeof(long), Does(() => memory.WriteWord(offset, seed)));
                if (fits)
                {
                    var part = memory.Part(offset, count);
                    Assert.Equal(count, part.Length);
                    Assert.False(Does(() => part.Span(0, (int)count + 1)));
                }

                long Number() => random.Next(0, 6) switch
                {
                    0 => length,
                    1 => -random.Next(1, 10_000),
                    2 => long.MaxValue - random.Next(0, 10),
                    3 => length - random.Next(0, 20),
                    _ => random.NextInt64(length),
                };
            }));
    }

    [Theory]
    [InlineData("array")]
    [InlineData("huge page")]
    public void Words_AndBytes_AreTheSameMemory(string kind)
    {
        using var memory = Of(kind);
        memory.WriteWord(memory.Length - 8, 0x0102030405060708);
        Assert.Equal("0807060504030201", Convert.ToHexString(memory.Span(memory.Length - 8, 8)));
        memory.Part(memory.Length - 16, 16).Span(8, 1)[0] = 9;
        Assert.Equal(0x0102030405060709, memory.ReadWord(memory.Length - 8));
    }

    private static bool Does(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
