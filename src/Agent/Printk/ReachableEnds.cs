using System.Buffers;

namespace Mayday.Agent.Printk;

/// <summary>The exact matcher, used when the first simple pass fails. From the last conversion to the first, it computes the positions from
/// which the rest of the format matches; then one pass forward chooses the preferred end each time. The time is proportional to conversions
/// times text length.</summary>
internal static class ReachableEnds
{
    /// <summary>Finds the ends of all conversions.</summary>
    /// <param name="text">The message.</param>
    /// <param name="literals">One more than conversions.</param>
    /// <param name="conversions">At least one.</param>
    /// <param name="ends">Takes the end of each.</param>
    /// <returns>False when there is no way through.</returns>
    public static bool TryFind(ReadOnlySpan<byte> text, byte[][] literals, Conversion[] conversions, Span<int> ends)
    {
        // Row i: for each position the nearest one at or behind it from which literal i, conversion i and all behind them match.
        var width = text.Length + 1;
        var rows = conversions.Length + 1;
        var rented = ArrayPool<int>.Shared.Rent(width * rows);
        try
        {
            var nearest = rented.AsSpan(0, width * rows);
            var last = nearest[(width * conversions.Length)..];
            last.Fill(int.MaxValue);
            last[..(text.Length - literals[^1].Length + 1)].Fill(text.Length - literals[^1].Length);
            for (var i = conversions.Length - 1; i >= 0; i--)
            {
                FillRow(text, literals[i], conversions[i], nearest.Slice(width * (i + 1), width), nearest.Slice(width * i, width));
            }

            return nearest[0] == 0 && Walk(text, literals, conversions, nearest, width, ends);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private static void FillRow(ReadOnlySpan<byte> text, byte[] literal, Conversion conversion, ReadOnlySpan<int> behind, Span<int> row)
    {
        row.Fill(int.MaxValue);
        var filled = 0;
        for (var position = 0; position + literal.Length <= text.Length; position++)
        {
            if (literal.Length > 0)
            {
                var found = text[position..].IndexOf(literal);
                if (found < 0)
                {
                    break;
                }

                position += found;
            }

            if (!conversion.TryFindEnd(text, position + literal.Length, out var least, out var most) || behind[least] > most)
            {
                continue;
            }

            row[filled..(position + 1)].Fill(position);
            filled = position + 1;
        }
    }

    private static bool Walk(ReadOnlySpan<byte> text, byte[][] literals, Conversion[] conversions, ReadOnlySpan<int> nearest, int width, Span<int> ends)
    {
        var position = 0;
        for (var i = 0; i < conversions.Length; i++)
        {
            var behind = nearest.Slice(width * (i + 1), width);
            if (!conversions[i].TryFindEnd(text, position + literals[i].Length, out var least, out var most))
            {
                return false;
            }

            var end = behind[least];
            if (!conversions[i].IsShortest)
            {
                for (end = most; end > least && behind[end] != end; end--)
                {
                }
            }

            ends[i] = position = end;
        }

        return true;
    }
}
