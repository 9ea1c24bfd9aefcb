using System.Text;
using Mayday.Agent.Printk;

namespace Mayday.Agent.Tests.Printk;

public sealed class PrintkFormatTests
{
    private const string Alphabet = "%%%%dsxpSMI4hbN*.-+# 0lz:[]\u0001<3>ü";

    [Theory]
    [InlineData("%s: link down, status=%d\n", "eth0: link down, status=-5", "eth0|-5")]
    [InlineData("\u00013%s: link down, status=%d", "eth0: link down, status=-5", "eth0|-5")]
    [InlineData("<3>%s (%s %s) %s: The EEPROM Checksum Is Not Valid\n", "eth0 (e1000 0000:00:03.0) PROBE: The EEPROM Checksum Is Not Valid",
        "eth0|e1000|0000:00:03.0|PROBE")]
    [InlineData("%s: %d", "a: b: 5", "a: b|5")]
    [InlineData("%s: %s", "a: b: 5", "a|b: 5")]
    [InlineData("%d%d", "123", "12|3")]
    [InlineData("%s%d", "sda12", "sda|12")]
    [InlineData("%.2s%s rest", "abcdef rest", "|abcdef")]
    [InlineData("100%% of %s", "100% of sda", "sda")]
    [InlineData("%5d|%-5d|%05d", "   42|42   |00042", "42|42|42")]
    [InlineData("%+d % d", "+5  7", "5|7")]
    [InlineData("%x %X %o %#x %#010llx", "ff FF 17 0x1f 0x0000abcd", "255|255|15|31|43981")]
    [InlineData("%llu", "18446744073709551615", "18446744073709551615")]
    [InlineData("%-16s|", "eth0            |", "eth0")]
    [InlineData("%16s|", "            eth0|", "eth0")]
    [InlineData("%.*s|", "abc|", "3|abc")]
    [InlineData("%*d|", "  42|", "4|42")]
    [InlineData("[%c]", "[A]", "A")]
    [InlineData("%p at %px", "00000000f00dcafe at ffff888012345678", "4027435774|18446612682375452280")]
    [InlineData("%p", "(____ptrval____)", "(____ptrval____)")]
    [InlineData("%pS called", "do_one_initcall+0x56/0x2b0 called", "do_one_initcall+0x56/0x2b0")]
    [InlineData("%pS called", "e1000_probe+0x1/0x2 [e1000] called", "e1000_probe+0x1/0x2 [e1000]")]
    [InlineData("%ps", "0xffffffff81000000", "0xffffffff81000000")]
    [InlineData("src %pI4 dst %pI4", "src 10.0.2.15 dst 10.0.2.2", "10.0.2.15|10.0.2.2")]
    [InlineData("from %pI6c:%d", "from fe80::1:80", "fe80::1|80")]
    [InlineData("(PCI:%s) %pM", "(PCI:33MHz:32-bit) 52:54:00:12:34:56", "33MHz:32-bit|52:54:00:12:34:56")]
    [InlineData("%pUb", "c1b5f4a0-0000-1111-2222-333344445555", "c1b5f4a0-0000-1111-2222-333344445555")]
    [InlineData("cdb: %*ph status %d", "cdb: 2a 00 00 status 2", "3|2a 00 00|2")]
    [InlineData("mac %*phC", "mac 2a:00:ff", "3|2a:00:ff")]
    [InlineData("raw %*phN!", "raw 2a00ff!", "3|2a00ff")]
    [InlineData("BAR %d: %pR", "BAR 4: [io  0xc040-0xc04f]", "4|[io  0xc040-0xc04f]")]
    [InlineData("base %pa", "base 0x00000000fee00000", "4276092928")]
    [InlineData("err %pe here", "err -ENOMEM here", "-ENOMEM")]
    [InlineData("cpus=%*pbl%s", "cpus=0-3,7.", "0|0-3,7|.")]
    [InlineData("cpus=%*pbl.", "cpus=.", "0|")]
    [InlineData("%pV\n", "anything at all", "anything at all")]
    [InlineData("a\nb %d\n", "a\nb 3", "3")]
    [InlineData("Ünï %s", "Ünï cödé", "cödé")]
    public void Match_TextOfAFormat_GivesItsArguments(string format, string text, string expected)
    {
        var values = new List<PrintkValue>();
        var parsed = PrintkFormat.Parse(format)!;

        Assert.True(parsed.TryMatch(Encoding.UTF8.GetBytes(text), values));
        Assert.Equal(expected, string.Join('|', values));
        Assert.Equal(parsed.ArgumentCount, values.Count);
    }

    [Theory]
    [InlineData("%s: link down", "eth0: link up")]
    [InlineData("status=%d", "status=")]
    [InlineData("status=%d", "status=abc")]
    [InlineData("status=%u", "status=-1")]
    [InlineData("%d rest", "99999999999999999999999999 rest")]
    [InlineData("%#x", "1f")]
    [InlineData("%5d|", "42|")]
    [InlineData("%pM", "52:54:00")]
    [InlineData("%pI4", "eth0")]
    [InlineData("%pR", "no brackets")]
    [InlineData("%p", "short")]
    [InlineData("exact", "exactly")]
    [InlineData("irq %d.", "irq 07.")]
    [InlineData("%04x.", "00abc.")]
    [InlineData("a%sa", "a")]
    [InlineData("%c", "")]
    public void Match_OtherText_IsNone(string format, string text)
    {
        var values = new List<PrintkValue>();

        Assert.False(PrintkFormat.Parse(format)!.TryMatch(Encoding.UTF8.GetBytes(text), values));
        Assert.Empty(values);
    }

    [Theory]
    [InlineData("\u00013foo\n", "foo")]
    [InlineData("<3>foo\n\n", "foo")]
    [InlineData("\u0001cfoo", "foo")]
    public void Parse_LevelAndLineFeed_AreNoPartOfTheText(string format, string expected) => Assert.Equal(expected, PrintkFormat.Parse(format)!.Text);

    [Fact]
    public void Parse_MoreArgumentsThanAnyCallHas_IsRefused() => Assert.Null(PrintkFormat.Parse(string.Concat(Enumerable.Repeat("%d ", 61))));

    [Fact]
    public void Match_WhatWasPrinted_IsAlwaysFoundAgain()
    {
        var random = new Random(20260401);
        var printer = new Printer(random);
        var values = new List<PrintkValue>();
        for (var i = 0; i < 20_000; i++)
        {
            printer.Next();
            var format = PrintkFormat.Parse(printer.Format)!;
            values.Clear();

            Assert.True(format.TryMatch(Encoding.UTF8.GetBytes(printer.Text), values), $"'{printer.Format}' printed '{printer.Text}'");
            // Adjacent strings can be parted in several ways; printed again they are the same text.
            Assert.Equal(printer.Text, Printer.Print(printer.Format, values));
        }
    }

    [Fact]
    public void Match_AnyBytes_NeverThrows()
    {
        var random = new Random(7);
        var printer = new Printer(random);
        var values = new List<PrintkValue>();
        var noise = new byte[200];
        for (var i = 0; i < 20_000; i++)
        {
            printer.Next();
            var letters = new char[random.Next(40)];
            for (var j = 0; j < letters.Length; j++)
            {
                letters[j] = Alphabet[random.Next(Alphabet.Length)];
            }

            var format = PrintkFormat.Parse(random.Next(2) == 0 ? printer.Format : new string(letters))!;
            var text = Encoding.UTF8.GetBytes(printer.Text);
            for (var change = random.Next(4); change > 0 && text.Length > 0; change--)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            random.NextBytes(noise);
            values.Clear();

            _ = format.TryMatch(text, values);
            _ = format.TryMatch(noise.AsSpan(0, random.Next(noise.Length)), values);
        }
    }

    [Fact]
    public void Match_TextMadeToBacktrack_TakesWorkInProportion()
    {
        // Eight strings between blanks and one number that is not there: 10^13 ways for a matcher that tries them all.
        var format = PrintkFormat.Parse("%s %s %s %s %s %s %s %s %d!")!;
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a ", 500)) + "x!");

        Assert.False(format.TryMatch(text, []));
    }
}
