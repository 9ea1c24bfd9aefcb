using System.Runtime.CompilerServices;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>What a sequence number says about its record.</summary>
internal enum SequenceVerdict
{
    /// <summary>Higher than all before.</summary>
    New,

    /// <summary>Lower than the highest and not seen before: it fills a gap.</summary>
    Late,

    /// <summary>Seen before.</summary>
    Duplicate,

    /// <summary>So far behind that it is unknown whether it was seen.</summary>
    Behind,
}

/// <summary>Which of the last 1,024 numbers of a stream were seen, and how many between the first and the highest are missing. The count is
/// exact at any moment: a gap is counted when it is passed and subtracted when it is filled.</summary>
internal struct SequenceWindow
{
    /// <summary>How far back a late number can be distinguished from a duplicate. Reordering spans a few dozen datagrams; 1,024 is more
    /// than any network.</summary>
    public const int Span = 1024;

    private const int WordBits = 64;

    private Bits _seen;

    [InlineArray(Span / WordBits)]
    private struct Bits
    {
        private ulong _word;
    }

    public bool HasStarted { get; private set; }

    public ulong First { get; private set; }

    public ulong Highest { get; private set; }

    /// <summary>Numbers between <see cref="First"/> and <see cref="Highest"/> that have not arrived.</summary>
    public ulong Missing { get; private set; }

    public SequenceVerdict Note(ulong number)
    {
        if (!HasStarted)
        {
            HasStarted = true;
            First = Highest = number;
            Set(number);
            return SequenceVerdict.New;
        }

        if (number > Highest)
        {
            Advance(number);
            return SequenceVerdict.New;
        }

        if (Highest - number >= Span)
        {
            return SequenceVerdict.Behind;
        }

        if (IsSet(number))
        {
            return SequenceVerdict.Duplicate;
        }

        Set(number);
        if (number < First)
        {
            Missing += First - number - 1;
            First = number;
        }
        else
        {
            Missing--;
        }

        return SequenceVerdict.Late;
    }

    private void Advance(ulong number)
    {
        var step = number - Highest;
        if (step >= Span)
        {
            _seen = default;
        }
        else
        {
            for (var skipped = Highest + 1; skipped < number; skipped++)
            {
                _seen[Word(skipped)] &= ~Bit(skipped);
            }
        }

        Missing += step - 1;
        Highest = number;
        Set(number);
    }

    private readonly bool IsSet(ulong number) => (_seen[Word(number)] & Bit(number)) != 0;

    private void Set(ulong number) => _seen[Word(number)] |= Bit(number);

    private static int Word(ulong number) => (int)(number / WordBits % (Span / WordBits));

    private static ulong Bit(ulong number) => 1UL << (int)(number % WordBits);
}
