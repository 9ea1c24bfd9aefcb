using System.Buffers.Binary;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Agent.Printk;

/// <summary>Finds the printk call that printed a message, among all calls of a kernel. Every format is indexed under the four bytes of its
/// literal text that are rarest in the catalogue. One pass over a message looks up each window of four bytes, and only the few formats
/// found are compared. Of several matches, the one with the most literal bytes is used.</summary>
/// <remarks>Not thread-safe: a matcher keeps state about the current message.</remarks>
public sealed class PrintkMatcher
{
    private const int Window = 4;
    private const int FilterBits = 16;

    // A format with so little fixed text matches by accident, for example "%s: %d".
    private const int LeastLetters = 4;

    // When the level is unknown as well, more text has to agree.
    private const int LeastLettersWithoutLevel = 8;

    // Continuations and other relaxed rules need more fixed text.
    private const int LeastLettersBeforeContinuation = 10;

    // vsnprintf's own buffer for a message holds 1024; evlog's for a format 8192.
    private const int MostFormat = 4096;

    private readonly Candidate[] _candidates;
    private readonly Dictionary<uint, int[]> _filed = [];
    private readonly ulong[] _filter = new ulong[(1 << FilterBits) / 64];
    private readonly int[] _seen;
    private readonly List<int> _open = [];
    private readonly List<PrintkValue> _values = [];
    private int _turn;

    /// <summary>Files the formats of a catalogue.</summary>
    /// <param name="entries">The calls; the same format at the same level is taken once, from the first that has it.</param>
    public PrintkMatcher(IEnumerable<PrintkEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _candidates = Choose(entries);
        _seen = new int[_candidates.Length];
        FileAll();
    }

    /// <summary>Formats that can be recognised; those with too little literal text are left out.</summary>
    public int Count => _candidates.Length;

    /// <summary>Finds the call that printed a message.</summary>
    /// <param name="text">The message, unescaped, without level, time and its line feed.</param>
    /// <param name="level">The level of the record; null where unknown.</param>
    /// <param name="device">Whether the record names a device.</param>
    /// <returns>The best match, or null.</returns>
    public PrintkMatch? Match(ReadOnlySpan<byte> text, Severity? level = null, DeviceMark device = DeviceMark.Unknown)
    {
        text = text.TrimEnd((byte)'\n');
        NextTurn();
        _open.Clear();
        var hasPrefix = DevicePrefix.TryRead(text, out var prefix) && device != DeviceMark.Absent;
        var best = default(Found);
        for (var i = 0; i + Window <= text.Length; i++)
        {
            var window = BinaryPrimitives.ReadUInt32LittleEndian(text[i..]);
            if (!MayBeFiled(window) || !_filed.TryGetValue(window, out var filed))
            {
                continue;
            }

            foreach (var index in filed)
            {
                if (_seen[index] == _turn)
                {
                    continue;
                }

                _seen[index] = _turn;
                var candidate = _candidates[index];
                if (level is not null && candidate.Entry.Level is { } own && own != level)
                {
                    continue;
                }

                Try(index, candidate, text, prefix, hasPrefix, device, ref best);
            }
        }

        return best.Score > 0 ? Describe(text, best, prefix) : MatchOpen(text, prefix, hasPrefix, device);
    }

    private void Try(
        int index, Candidate candidate, ReadOnlySpan<byte> text, DevicePrefix prefix, bool hasPrefix, DeviceMark device, ref Found best)
    {
        var score = candidate.Score;
        if (candidate.Open is not null)
        {
            _open.Add(index);
        }
        // The driver's own format after a device prefix: only for calls whose catalogue entry does not include the prefix.
        if (hasPrefix && candidate.Entry.Level is null && score + 2 * prefix.LiteralBytes > best.Score)
        {
            _values.Clear();
            if (candidate.Format.TryMatch(text[prefix.Length..], _values))
            {
                best = new Found(score + 2 * prefix.LiteralBytes, index, WithPrefix: true);
                return;
            }
        }

        if (score <= best.Score || (candidate.Entry.Level is null && !MayStandAlone(candidate.Format, device)))
        {
            return;
        }

        _values.Clear();
        if (candidate.Format.TryMatch(text, _values))
        {
            best = new Found(score, index, WithPrefix: false);
        }
    }

    // Records of a device have its name before the text, so a format without the prefix did not print them.
    private static bool MayStandAlone(PrintkFormat format, DeviceMark device) =>
        format.Letters >= LeastLettersWithoutLevel && (device != DeviceMark.Present || format.Literals[0].Length == 0);

    private PrintkMatch? MatchOpen(ReadOnlySpan<byte> text, DevicePrefix prefix, bool hasPrefix, DeviceMark device)
    {
        var best = default(Found);
        foreach (var index in _open)
        {
            var candidate = _candidates[index];
            var open = candidate.Open!;
            if (hasPrefix && candidate.Entry.Level is null && candidate.Score + 2 * prefix.LiteralBytes > best.Score)
            {
                _values.Clear();
                if (open.TryMatch(text[prefix.Length..], _values))
                {
                    best = new Found(candidate.Score + 2 * prefix.LiteralBytes, index, WithPrefix: true, IsOpen: true);
                }
            }

            if (candidate.Score <= best.Score || (candidate.Entry.Level is null && !MayStandAlone(candidate.Format, device)))
            {
                continue;
            }

            _values.Clear();
            if (open.TryMatch(text, _values))
            {
                best = new Found(candidate.Score, index, WithPrefix: false, IsOpen: true);
            }
        }

        return best.Score > 0 ? Describe(text, best, prefix) : null;
    }

    private PrintkMatch Describe(ReadOnlySpan<byte> text, Found found, DevicePrefix prefix)
    {
        var candidate = _candidates[found.Index];
        var format = found.IsOpen ? candidate.Open! : candidate.Format;
        var values = new List<PrintkValue>(format.ArgumentCount + 4);
        var driver = found.WithPrefix ? prefix.Read(values) : null;
        format.TryMatch(found.WithPrefix ? text[prefix.Length..] : text, values);
        var before = found.WithPrefix ? prefix.Format : "";
        return new PrintkMatch
        {
            Entry = candidate.Entry,
            Format = before + format.Text,
            Values = values,
            EventType = EvlogCrc.EventTypeOf(before + candidate.Format.Text),
            Driver = driver ?? (candidate.Format.Text.StartsWith("%s %s: ", StringComparison.Ordinal) ? values[0].Text : null),
            HasContinuation = found.IsOpen,
        };
    }

    private void NextTurn()
    {
        if (++_turn != int.MaxValue)
        {
            return;
        }

        Array.Clear(_seen);
        _turn = 1;
    }

    private static Candidate[] Choose(IEnumerable<PrintkEntry> entries)
    {
        var chosen = new List<Candidate>();
        var known = new HashSet<(string Format, Severity? Level)>();
        foreach (var entry in entries)
        {
            if (entry.Format.Length > MostFormat || PrintkFormat.Parse(entry.Format) is not { } format || format.Letters < LeastLetters || !known.Add((format.Text, entry.Level)))
            {
                continue;
            }

            var open = !format.EndsLine && format.Letters >= LeastLettersBeforeContinuation ? PrintkFormat.Parse(format.Text + "%s") : null;
            chosen.Add(new Candidate(entry, format, open));
        }

        return [.. chosen];
    }

    private void FileAll()
    {
        var counts = new Dictionary<uint, int>();
        foreach (var candidate in _candidates)
        {
            foreach (var literal in candidate.Format.Literals)
            {
                for (var i = 0; i + Window <= literal.Length; i++)
                {
                    var window = BinaryPrimitives.ReadUInt32LittleEndian(literal.AsSpan(i));
                    counts[window] = counts.GetValueOrDefault(window) + 1;
                }
            }
        }

        var filed = new Dictionary<uint, List<int>>();
        for (var index = 0; index < _candidates.Length; index++)
        {
            var rarest = 0u;
            var least = int.MaxValue;
            foreach (var literal in _candidates[index].Format.Literals)
            {
                for (var i = 0; i + Window <= literal.Length; i++)
                {
                    var window = BinaryPrimitives.ReadUInt32LittleEndian(literal.AsSpan(i));
                    if (counts[window] < least)
                    {
                        (rarest, least) = (window, counts[window]);
                    }
                }
            }

            // Without a run of four literal bytes there is nothing to index the format by.
            if (least == int.MaxValue)
            {
                continue;
            }

            if (!filed.TryGetValue(rarest, out var list))
            {
                filed.Add(rarest, list = []);
            }

            list.Add(index);
            // Counted while the index is filled, so that formats of one family are spread over different windows.
            counts[rarest] += 1;
        }

        foreach (var (window, list) in filed)
        {
            _filed.Add(window, [.. list]);
            var bit = Hash(window);
            _filter[bit >> 6] |= 1ul << (int)(bit & 63);
        }
    }

    private bool MayBeFiled(uint window)
    {
        var bit = Hash(window);
        return (_filter[bit >> 6] & (1ul << (int)(bit & 63))) != 0;
    }

    private static uint Hash(uint window) => (window * 0x9e3779b1) >> (32 - FilterBits);

    private readonly record struct Found(int Score, int Index, bool WithPrefix, bool IsOpen = false);

    private sealed class Candidate(PrintkEntry entry, PrintkFormat format, PrintkFormat? open)
    {
        public PrintkEntry Entry { get; } = entry;

        public PrintkFormat Format { get; } = format;

        /// <summary>The format with room for continuations; null where it ends its line.</summary>
        public PrintkFormat? Open { get; } = open;

        /// <summary>Literal bytes; of two with as many the one whose level is known.</summary>
        public int Score { get; } = 2 * format.LiteralBytes + (entry.Level is null ? 0 : 1);
    }
}
