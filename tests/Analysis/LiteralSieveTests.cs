using System.Text;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Tests;

public sealed class LiteralSieveTests
{
    [Fact]
    public void IsIn_RandomTexts_AgreesWithPlainSearch()
    {
        // Few letters, so that literals stand in texts, begin in them and nearly stand in them.
        var random = new Random(31);
        var found = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var literals = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Word(random, random.Next(3, 16))).ToArray();
            var sieve = new LiteralSieve(literals);
            for (var i = 0; i < 50; i++)
            {
                var text = Word(random, random.Next(0, 60));
                var expected = literals.Any(literal => text.Contains(literal, StringComparison.Ordinal));
                Assert.True(expected == sieve.IsIn(Encoding.Latin1.GetBytes(text)), $"{text} | {string.Join(' ', literals)}");
                found += expected ? 1 : 0;
            }
        }

        Assert.InRange(found, 20_000, 80_000);
    }

    [Fact]
    public void IsIn_LiteralAnywhereInAText_IsFound()
    {
        foreach (var literal in new[] { "BUG ", " [#", "Oops:", "general protec", "Ünüsual" })
        {
            var sieve = new LiteralSieve([literal]);
            for (var before = 0; before < 20; before++)
            {
                var text = Encoding.Latin1.GetBytes(new string('x', before) + literal);
                Assert.True(sieve.IsIn(text));
                Assert.False(sieve.IsIn(text.AsSpan(0, text.Length - 1)));
                Assert.False(sieve.IsIn(text.AsSpan(before + 1)));
            }
        }
    }

    [Fact]
    public void IsIn_NoLiterals_IsFalse() => Assert.False(new LiteralSieve([]).IsIn("anything at all"u8));

    private static string Word(Random random, int length) => string.Create(length, random, (span, source) =>
    {
        foreach (ref var letter in span)
        {
            letter = (char)('a' + source.Next(4));
        }
    });
}
