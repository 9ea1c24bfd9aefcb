using FsCheck;
using FsCheck.Fluent;

namespace Mayday.Query.Tests;

/// <summary>What must hold for any text, since attackers write filters too.</summary>
public sealed class FilterPropertyTests
{
    private static readonly string[] s_pieces =
    [
        "(", ")", "!", "-", "&&", "||", "and", "or", "not", "|", "&", "=", "==", "!=", "~", "!~", "<", "<=", ">", ">=", ":", "contains", "kind", "kind:kasan", "host:",
        "host", "host:web-*", "kernel:6.1.*", "title", "title:", "severity", "err", "taint:P", "size", "0x10", "-5", "2.5", "fatal", "bug:", "since:7d", "until:",
        "2026-11-27T10:00", "age", "2h", "\"", "'", "\\", "\\\"", "\"a b\"", "'x\"y'", "'(a|b)*'", "*", "a*b", "\\d", "[", "]", "^", "{2,}", "don't", "😀", "\ud83d", "\0",
        "\n", "é", "0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a", "true", "link",
    ];

    private static readonly Arbitrary<int[]> s_choices = ArbMap.Default.ArbFor<int[]>();

    [Fact]
    public void TryParse_AnyText_GivesAFilterOrAPlaceInIt() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(s_choices, choices =>
        {
            var text = TextOf(choices);
            if (!Filter.TryParse(text, Samples.Catalogue, out var filter, out var error))
            {
                return error.Message.Length > 0 && error.Column >= 1 && error.Column - 1 + error.Length <= text.Length;
            }

            filter.Matches(new Sample(), Samples.Readers, Samples.Now);
            return true;
        }));

    [Fact]
    public void ToString_AnyFilter_IsReadAsTheSameTree()
    {
        var read = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5000),
            Prop.ForAll(ConditionGen(3).ToArbitrary(), text =>
            {
                var filter = Samples.Parse(text);
                var printed = filter.ToString();
                var again = Samples.Parse(printed);
                read++;
                return again.Root.Equals(filter.Root) && again.ToString() == printed
                    && again.Matches(new Sample(), Samples.Readers, Samples.Now) == filter.Matches(new Sample(), Samples.Readers, Samples.Now);
            }));
        Assert.True(read >= 5000, $"{read} filters were read");
    }

    [Fact]
    public void At_AnyTextAndCaret_NeverThrows() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(s_choices, ArbMap.Default.ArbFor<int>(), (choices, caret) =>
        {
            var text = TextOf(choices);
            var completion = FilterCompletion.At(text, caret, Samples.Catalogue);
            return completion.Start >= 0 && completion.Start + completion.Length <= text.Length
                && completion.Suggestions.Count <= FilterCompletion.MaxSuggestions;
        }));

    private static string TextOf(int[] choices) => string.Concat(
        choices.Select(choice => s_pieces[(choice & int.MaxValue) % s_pieces.Length] + (choice % 3 == 0 ? "" : " ")));

    private static Gen<string> ConditionGen(int depth) => depth == 0
        ? TestGen()
        : Gen.Frequency(
            (4, TestGen()),
            (2, from part in ConditionGen(depth - 1) from sign in Gen.Elements("!", "not ", "-") select $"{sign}({part})"),
            (2, from one in ConditionGen(depth - 1) from two in ConditionGen(depth - 1) from sign in Gen.Elements(" ", " and ", " or ", "||", "&&") select $"({one}{sign}{two})"),
            (2, from one in ConditionGen(depth - 1) from two in ConditionGen(depth - 1) from sign in Gen.Elements(" ", " or ") select $"{one}{sign}{two}"));

    private static Gen<string> TestGen()
    {
        var order = Gen.Elements(" = ", "!=", "<", "<=", " > ", ">=", ":");
        var text = Gen.Elements("a", "web-12", "", "a b", "\"", "\\", "\\n", "a\nb", "é", "😀", "*", "a*", "and", "-x", "it's", "a:b", "5", "(", "0x1f", "\t\"\\\"'");
        var quoted = text.Select(FilterText.Quote);
        var pattern = Gen.Elements("\"a\\\"b\"", "'a\"b'", "'a\\\"b'", "^web", "\\d+", "\"\\\\\\\"\"", "'[\"\\']'", "\"x|'y\"");
        return Gen.OneOf(
            from field in Gen.Elements("host", "kernel", "module", "title") from op in order.Where(op => op != ":") from value in quoted select $"{field}{op}{value}",
            from field in Gen.Elements("host", "title", "release") from value in quoted select $"{field}:{value}",
            from field in Gen.Elements("host", "title") from value in Gen.Elements("web-*", "*", "a*b*", "-x", "a:b", "a\\b") from op in Gen.Elements(":", " = ", "!=") select $"{field}{op}{value}",
            from field in Gen.Elements("host", "title") from value in quoted select $"{field} contains {value}",
            from field in Gen.Elements("host", "title", "kind") from op in Gen.Elements(" ~ ", " !~ ", ":~") from value in pattern select $"{field}{op}{value}",
            from op in Gen.Elements(":", "=", "!=") from value in Gen.Elements("KASAN", "null", "\"nullpointer\"", "so*") select $"kind{op}{value}",
            from op in order from value in Gen.Elements("err", "0", "7", "Error", "0x3") select $"severity{op}{value}",
            from op in order.Or("&") from value in Gen.Elements("p", "W", "3", "0xffffffff", "0") select $"taint{op}{value}",
            from op in order from value in Gen.Elements("-5", "2.50", "18446744073709551615", "0x10") select $"size{op}{value}",
            from value in Gen.Elements("fatal", "fatal:false", "fatal != true", "bug:0199F3A4-6c1e-7b0a-9d55-0f6f4f1c2b3a", "since:7d", "until:2026-11-27T10:00+01:00", "age<90m")
            select value,
            from op in order from value in Gen.Elements("2026-11-27", "\"2026-11-27 10:00:00.1234567\"", "3W") select $"receivedAt{op}{value}",
            quoted,
            Gen.Elements("link", "ext4*page", "kernel panic", "BUG:", "0010:f", "don't", "-", "+", "a\\b", "+0x1f/0x20", "not panic"));
    }
}

internal static class GenExtensions
{
    public static Gen<string> Or(this Gen<string> one, string other) => Gen.OneOf(one, Gen.Constant(other));
}
