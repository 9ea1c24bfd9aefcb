using System.Numerics;
using System.Runtime.InteropServices;

namespace Mayday.Collector.Loss;

/// <summary>Decides which copy of which packet of a netoops dump arrived. The three rounds are identical and carry no round number, but a
/// sender goes through them in order, so a packet belongs to the round that places it nearest after its predecessor. That is correct while
/// packets are overtaken by fewer than half a round. Dumps of few packets are ambiguous; then a packet counts as a late copy rather than as
/// a duplicate.</summary>
internal sealed class RoundCount(int packetCount)
{
    /// <summary>The driver sends everything three times (wire format, 3).</summary>
    public const int Rounds = 3;

    // Networks (and those simulated in tests) delay a packet behind about eight others.
    private const int Overtaking = 8;
    private const int FewPackets = 2 * Overtaking + 2;
    private const ulong AllRounds = 0b111;

    // Three bits per packet, 21 packets per page. Memory grows with the packets that arrive, not with the number that a header claims.
    private const int PacketsPerPage = 21;

    private readonly Dictionary<int, ulong> _pages = [];
    private long _packets;
    private long _last = -1;
    private long _highest = -1;

    /// <summary>Copies that arrived, counting at most one per packet and round.</summary>
    public long Received { get; private set; }

    /// <summary>Further copies: the network duplicated them, or the dump was sent again.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Copies that arrived after one that was sent later.</summary>
    public long Reordered { get; private set; }

    /// <summary>Copies that have not arrived so far.</summary>
    public long Lost => (long)Rounds * packetCount - Received;

    /// <summary>Packets of which no copy arrived.</summary>
    public long LostPackets => packetCount - _packets;

    public void Note(int number)
    {
        var round = RoundOf(number);
        ref var page = ref CollectionsMarshal.GetValueRefOrAddDefault(_pages, number / PacketsPerPage, out _);
        var shift = number % PacketsPerPage * Rounds;
        var seen = (page >> shift) & AllRounds;
        if ((seen & (1UL << round)) != 0)
        {
            if (packetCount > FewPackets || seen == AllRounds)
            {
                Duplicates++;
                return;
            }

            round = BitOperations.TrailingZeroCount(~seen);
        }

        var place = (long)round * packetCount + number;
        Reordered += place < _highest ? 1 : 0;
        _highest = Math.Max(_highest, place);
        _last = place;
        _packets += seen == 0 ? 1 : 0;
        page |= 1UL << (shift + round);
        Received++;
    }

    /// <summary>Takes over copies that were first counted for another dump but belong to this one (its oldest text was overwritten while it
    /// was sent).</summary>
    public void Take(RoundCount other)
    {
        foreach (var (index, theirs) in other._pages)
        {
            ref var page = ref CollectionsMarshal.GetValueRefOrAddDefault(_pages, index, out _);
            for (var shift = 0; shift < PacketsPerPage * Rounds; shift += Rounds)
            {
                for (var copies = BitOperations.PopCount((theirs >> shift) & AllRounds); copies > 0; copies--)
                {
                    var seen = (page >> shift) & AllRounds;
                    if (seen == AllRounds)
                    {
                        Duplicates += copies;
                        break;
                    }

                    _packets += seen == 0 ? 1 : 0;
                    page |= 1UL << (shift + BitOperations.TrailingZeroCount(~seen));
                    Received++;
                }
            }
        }

        Duplicates += other.Duplicates;
        Reordered += other.Reordered;
    }

    private int RoundOf(int number)
    {
        // The position r * count + number that is nearest to the position after the last packet.
        var wanted = _last + 1 - number;
        var round = (wanted + packetCount / 2) / packetCount;
        return (int)Math.Clamp(wanted + packetCount / 2 < 0 ? 0 : round, 0, Rounds - 1);
    }
}
