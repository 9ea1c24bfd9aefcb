using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Tests;

/// <summary>The rule files hold together: a slip in them is found here, not in a log.</summary>
public sealed class RuleBookTests
{
    private static readonly RuleBook s_rules = RuleBook.Default;

    [Fact]
    public void Formats_HaveUniqueNamesAndAVersion()
    {
        Assert.True(s_rules.Version >= 1);
        Assert.Equal(s_rules.Formats.Count, s_rules.Formats.Select(f => f.Name).Distinct().Count());
    }

    [Fact]
    public void Formats_ThatMakeCrashes_HaveTitleAndFamily()
    {
        Assert.All(s_rules.Formats.Where(f => f.Role != FormatRole.Ignore), f =>
        {
            Assert.True(f.Title.Length > 0, f.Name);
            Assert.True(f.Family.Length > 0, f.Name);
            Assert.True(f.IsRefinement || f.Starts.Count > 0, f.Name);
        });
    }

    [Fact]
    public void Refinements_NameExistingFormatsAndACondition()
    {
        Assert.All(s_rules.Formats.Where(f => f.IsRefinement), f =>
        {
            Assert.All(f.Refines, name => Assert.Contains(s_rules.Formats, o => o.Name == name));
            Assert.True(f.IfText.Count + f.IfFunction.Count + f.IfSource.Count > 0, f.Name);
        });
    }

    [Fact]
    public void SkipGroups_Exist() =>
        Assert.All(s_rules.Formats.SelectMany(f => f.Skip), group => Assert.True(s_rules.HasFrames(group), group));

    [Fact]
    public void Needles_AreLongEnoughToSearchFor() =>
        Assert.All(s_rules.Formats.SelectMany(f => f.Starts), p => Assert.True(p.Needle.Length >= 3, p.Source));

    [Theory]
    [InlineData("start: {text}")]
    [InlineData("start: BUG {nothing:unknownkind}")]
    [InlineData("start: BUG {function")]
    [InlineData("colour: red")]
    [InlineData("kind: notAKind")]
    public void Reader_RefusesWhatItDoesNotUnderstand(string line)
    {
        var failure = Assert.Throws<FormatException>(() => RuleReader.ReadFormats(new StringReader($"[x]\n{line}\n"), out _));
        Assert.Contains("formats.rules:2", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INFO: task {task} blocked for more than {number} seconds", "INFO: task kworker/0:1:764 blocked for more than 120 seconds.", "comm", "kworker/0:1")]
    [InlineData("INFO: task {task} blocked for more than {number} seconds", "INFO: task kworker/0:1:764 blocked for more than 120 seconds.", "pid", "764")]
    [InlineData("BUG: scheduling while atomic: {task}", "BUG: scheduling while atomic: runc:[2:INIT]/130/0x00000002", "comm", "runc:[2:INIT]")]
    [InlineData("kernel BUG at {source}", "kernel BUG at mm/slub.c:419!", "source", "mm/slub.c:419")]
    [InlineData("BUG: KASAN: {bug:label} in {function}", "BUG: KASAN: slab-use-after-free in foo.isra.0+0x1/0x2 [bar]", "function", "foo")]
    public void Pattern_Matched_TakesOutWhatItNames(string pattern, string line, string name, string expected)
    {
        var captures = new Captures();
        Assert.True(LinePattern.Parse(pattern, anchored: false).TryMatch(line, captures));
        Assert.Equal(expected, captures[name]);
    }

    [Theory]
    [InlineData("memcpy_orig", true)]
    [InlineData("memcpy", true)]
    [InlineData("my_memcpy", false)]
    [InlineData("raw_copy_to_user", true)]
    public void Helpers_AreFoundByBeginningAndEnd(string function, bool helper) => Assert.Equal(helper, s_rules.Frames("helper").Contains(function));
}
