using System.Globalization;

namespace Mayday.Agent.Printk;

/// <summary>One argument of a printk call, recovered from the printed text: a number, or text when the conversion does not print a plain
/// number.</summary>
public readonly record struct PrintkValue
{
    private PrintkValue(string? text, long number, bool isUnsigned)
    {
        Text = text;
        Number = number;
        IsUnsigned = isUnsigned;
    }

    /// <summary>What <c>%s</c>, <c>%c</c> or a pointer extension (<c>%pS</c>, <c>%pM</c>) printed, without padding; null for numbers.</summary>
    public string? Text { get; }

    /// <summary>The number; where <see cref="IsUnsigned"/>, 64 bits without a sign in two's complement. 0 for text.</summary>
    public long Number { get; }

    /// <summary>True for <c>%u %x %o %p</c>: <see cref="Number"/> is to be read as <see cref="ulong"/>.</summary>
    public bool IsUnsigned { get; }

    /// <summary>A text.</summary>
    /// <param name="text">What was printed.</param>
    public static PrintkValue Of(string text) => new(text, 0, false);

    /// <summary>A signed number.</summary>
    /// <param name="number">The value.</param>
    public static PrintkValue Of(long number) => new(null, number, false);

    /// <summary>An unsigned number.</summary>
    /// <param name="number">The value.</param>
    public static PrintkValue Of(ulong number) => new(null, (long)number, true);

    /// <summary>The value as display text; numbers in decimal.</summary>
    /// <returns>The text or the number.</returns>
    public override string ToString() =>
        Text ?? (IsUnsigned ? ((ulong)Number).ToString(CultureInfo.InvariantCulture) : Number.ToString(CultureInfo.InvariantCulture));
}
