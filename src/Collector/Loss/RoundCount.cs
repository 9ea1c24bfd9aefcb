using System.Numerics;
using System.Runtime.InteropServices;

namespace Mayday.Collector.Loss;

/// <summary>
/// Which copy of which packet of a netoops dump came: rounds are byte for byte alike and carry no number, but a sender goes through them in
/// order, so a packet belongs to the round that puts it nearest behind its predecessor. That holds while packets are overtaken by fewer than
/// half a round; what a dump of fewer packets cannot tell is taken to be a late copy before it is taken to be a doubled one.
/// </summary>
internal sealed class RoundCount(int packetCount)
{
    /// <summary>The driver sends everything three times (wire format, 3).</summary>
    public const int Rounds = 3;

    // Networks (and those made up for tests) hold a packet back behind some eight others.
    private const int Overtaking = 8;
    private const int FewPackets = 2 * Overtaking + 2;
    private const ulong AllRounds = 0b111;

    // Three bits a packet, 21 packets a page: grows with what arrives, never with what a header promises.
    private const int PacketsPerPage = 21;

    private readonly Dictionary<int, ulong> _pages = [];
    private long _packets;
    private long _last = -1;
    private long _highest = -1;

    /// <summary>Copies that came, no more than one a packet and round.</summary>
    public long Received { get; private set; }

    /// <summary>Copies beyond those: the network doubled them, or the dump was sent again.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Copies that came after one that was sent later.</summary>
    public long Reordered { get; private set; }

    /// <summary>Copies that did not come, until now.</summary>
    public long Lost => (long)Rounds * packetCount - Received;

    /// <summary>Packets of which no copy came.</summary>
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

    /// <summary>Copies that were taken for another dump and were this one's after all (its oldest text was overwritten while it was sent).</summary>
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
        // The place r * count + number that is nearest to the one after the last.
        var wanted = _last + 1 - number;
        var round = (wanted + packetCount / 2) / packetCount;
        return (int)Math.Clamp(wanted + packetCount / 2 < 0 ? 0 : round, 0, Rounds - 1);
    }
}
