using System.Buffers.Binary;
using System.Text;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Evlog;

public sealed class PrintfBodyTests
{
    private static string Render(PrintfBody body)
    {
        var room = new byte[16 << 10];
        return Encoding.Latin1.GetString(room.AsSpan(0, body.Render(room, out _)));
    }

    private static string Render(string format, params PrintfValue[] values) =>
        Render(PrintfBody.Read(PrintfPacker.Pack(Encoding.Latin1.GetBytes(format), values, 8, false, out _), false, 8));

    private static List<string> Arguments(PrintfBody body)
    {
        var arguments = new List<string>();
        foreach (var argument in body)
        {
            var value = argument.Kind == PrintfKind.String ? Encoding.ASCII.GetString(argument.Text) : argument.Number.ToString();
            arguments.Add($"{Encoding.ASCII.GetString(argument.Conversion)}={value}");
        }

        return arguments;
    }

    public static TheoryData<PrintfVector> Bodies => [.. EvlogVectors.PrintfBodies];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Render_GoldenBody_IsWhatTheKernelPrints(PrintfVector vector)
    {
        var body = PrintfBody.Read(vector.Body(), isBigEndian: false);

        Assert.Equal(vector.Text, Render(body));
        Assert.True(body.IsWordSizeCertain);
        Assert.False(body.IsCut);
        if (vector.WordSize != 0)
        {
            Assert.Equal(vector.WordSize, body.WordSize);
        }
    }

    [Fact]
    public void Arguments_AreTypedAndInOrder_WidthsIncluded()
    {
        Assert.Equal(["%s=eth0", "%d=-5"], Arguments(PrintfBody.Read(EvlogVectors.PrintfBodies[0].Body(), false)));
        Assert.Equal(["*=5", "%*d=42", "*=3", "%.*s=abcdef", "*=8", "*=3", "%-*.*d=7"], Arguments(PrintfBody.Read(EvlogVectors.PrintfBodies[3].Body(), false)));
        Assert.Equal(["%d=1"], Arguments(PrintfBody.Read(EvlogVectors.PrintfBodies[4].Body(), false)));
        Assert.Equal(["*=6", "%d=7"], Arguments(PrintfBody.Read(EvlogVectors.PrintfBodies[10].Body(), false)));
    }

    [Fact]
    public void UnknownConversion_IsMarked()
    {
        Assert.Equal([4, 10, 12], EvlogVectors.PrintfBodies.Index().Where(one => PrintfBody.Read(one.Item.Body(), false).HasUnknownConversion).Select(one => one.Index));
    }

    // What lib/vsprintf.c makes of it; C's own printf differs where the comment says so.
    [Theory]
    [InlineData("%5d|%-5d|%05d|%+d|% d", 42, "   42|42   |00042|+42| 42")]
    [InlineData("%+5d|%+05d|% 05d|%-05d|", 7, "   +7|+0007| 0007|7    |")]
    [InlineData("%d|%5d|%05d|%.5d|%8.5d|%i", -42, "-42|  -42|-0042|-00042|  -00042|-42")]
    [InlineData("%08.5d|", 42, "00000042|")] // C: "   00042"
    [InlineData("%x|%#x|%X|%#X|%08x|%#010x|%-#8x|", 0xbeef, "beef|0xbeef|BEEF|0XBEEF|0000beef|0x0000beef|0xbeef  |")]
    [InlineData("%#x|%#o|%.0d|%.0x", 0, "0x0|0|0|0")] // C: "0|0||"
    [InlineData("%o|%#o|%5o", 8, "10|010|   10")]
    [InlineData("%u|%x|%o", -1, "4294967295|ffffffff|37777777777")]
    [InlineData("%hd|%hu|%hx", 0x1fffe, "-2|65534|fffe")]
    [InlineData("%lu|%lx|%llx|%Lx|%zx", -1, "18446744073709551615|ffffffffffffffff|ffffffffffffffff|ffffffffffffffff|ffffffffffffffff")]
    [InlineData("%ld|%lld|%zd", -1, "-1|-1|-1")]
    [InlineData("%p|%10p|%-10p|%#p", 0x55, "0000000000000055|        55|55        |0x0000000000000055")] // C: 0x55
    [InlineData("%c|%3c|%-3c|%03c|", 'A', "A|  A|A  |  A|")]
    public void Render_Numbers_FollowTheKernelsRules(string format, long value, string expected) =>
        Assert.Equal(expected, Render(format, [.. Enumerable.Repeat(PrintfValue.Of(value), 8)]));

    [Theory]
    [InlineData("%s|%8s|%-8s|%.3s|%8.3s|%.0s|%.s|%08s|", "abcdef", "abcdef|  abcdef|abcdef  |abc|     abc|||  abcdef|")]
    [InlineData("%2s|", "abcdef", "abcdef|")]
    public void Render_Strings_FollowTheKernelsRules(string format, string value, string expected) =>
        Assert.Equal(expected, Render(format, [.. Enumerable.Repeat(PrintfValue.Of(value), 8)]));

    [Fact]
    public void Render_ArgumentsForWidth_TurnTheSideAndTheLimit()
    {
        Assert.Equal("7    |", Render("%*d|", PrintfValue.Of(-5), PrintfValue.Of(7)));
        Assert.Equal("|", Render("%.*s|", PrintfValue.Of(-1), PrintfValue.Of("gone")));
        Assert.Equal("9223372036854775807 -9223372036854775808", Render("%lld %lld", PrintfValue.Of(long.MaxValue), PrintfValue.Of(long.MinValue)));
    }

    [Theory]
    [InlineData("%f %d", "%f 1")]
    [InlineData("%j%t%q%", "%j%t%q%")]
    [InlineData("%5%|%-", "%|%-")]
    [InlineData("%'d", "%'d")]
    [InlineData("100%", "100%")]
    public void Render_WhatThePackerDoesNotKnow_IsTextAsWritten(string format, string expected) => Assert.Equal(expected, Render(format, PrintfValue.Of(1)));

    [Fact]
    public void Render_WidthOfAStranger_IsBounded()
    {
        var room = new byte[1000];
        foreach (var width in new[] { int.MaxValue, int.MinValue, 100_000 })
        {
            var body = PrintfBody.Read(PrintfPacker.Pack("a%*db"u8, [PrintfValue.Of(width), PrintfValue.Of(1)], 8, false, out _), false);

            Assert.Equal(1000, body.Render(room, out var isCut));
            Assert.True(isCut);
        }

        Assert.Equal(1000, PrintfBody.Read(PrintfPacker.Pack("%99999999999999999999d"u8, [PrintfValue.Of(1)], 8, false, out _), false).Render(room, out _));
    }

    [Fact]
    public void CutBody_ShowsWhatIsThereAndSaysSo()
    {
        var variable = PrintfPacker.Pack("%s, then %d"u8, [PrintfValue.Of(new string('x', 9000)), PrintfValue.Of(7)], 8, false, out var isCut);
        var body = PrintfBody.Read(variable, false);

        Assert.True(isCut);
        Assert.Equal(8192, variable.Length);
        Assert.Equal(9005, BinaryPrimitives.ReadInt32LittleEndian(variable.AsSpan("%s, then %d".Length + 1)));
        Assert.True(body.IsCut);
        var text = Render(body);
        Assert.Equal(new string('x', 8192 - 12 - 4 - 1) + ", then ", text);
        Assert.Single(Arguments(body));
    }

    [Fact]
    public void FormatWithoutItsNul_IsTextAsFarAsItGoes()
    {
        var body = PrintfBody.Read("link %s is"u8, false);

        Assert.True(body.IsCut);
        Assert.Equal("link  is", Render(body));
        Assert.Empty(Arguments(body));
        Assert.True(PrintfBody.Read([], false).IsCut);
    }

    [Fact]
    public void WordSize_WhereBothWalksFitOrTheArgumentsWereCut_IsTheLayoutsOrTheHosts()
    {
        // Four bytes and the string "\0\0\0\0"? No: eight bytes, or four and an empty string and three left over. Both ends need care, so this one is built to fit both.
        byte[] ambiguous = [.. "%ld%s"u8, 0, 9, 0, 0, 0, 1, 2, 3, 4, (byte)'a', (byte)'b', (byte)'c', (byte)'d', 0];
        Assert.False(PrintfBody.Read(ambiguous, false).IsWordSizeCertain);
        Assert.Equal(IntPtr.Size, PrintfBody.Read(ambiguous, false).WordSize);
        Assert.Equal((4, true), (PrintfBody.Read(ambiguous, false, 4).WordSize, PrintfBody.Read(ambiguous, false, 4).IsWordSizeCertain));

        byte[] cut = [.. "%lx %lx"u8, 0, 16, 0, 0, 0, 1, 0, 0, 0];
        Assert.False(PrintfBody.Read(cut, false).IsWordSizeCertain);
        Assert.True(PrintfBody.Read(cut, false).IsCut);
        byte[] negative = [.. "%d"u8, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0];
        Assert.True(PrintfBody.Read(negative, false).IsCut);
        Assert.Equal("1", Render(PrintfBody.Read(negative, false)));
    }
}
