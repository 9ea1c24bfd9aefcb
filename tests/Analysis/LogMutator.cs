using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mayday.Analysis.Tests;

/// <summary>
/// Turns one log into another machine's log of the same crash: what differs between two boots, two kernels and two ways of transport, and
/// nothing else.
/// </summary>
public sealed partial class LogMutator(int seed)
{
    private static readonly string[] s_chatter =
    [
        "audit: type=1400 audit(1518457683.474:8): avc:  denied  { map_create } for  pid=4183 comm=\"x\"",
        "usb 6-1: new high-speed USB device number 120 using dummy_hcd",
        "IPv6: ADDRCONF(NETDEV_CHANGE): veth0: link becomes ready",
        "EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none.",
        "nvme nvme0: I/O 23 QID 4 timeout, completion polled",
        "hub 1-0:1.0: 4 ports detected",
        "systemd[1]: Started cron.service - Regular background program processing daemon.",
        "r8169 0000:02:00.0 enp2s0: Link is Up - 1Gbps/Full - flow control off",
        "loop0: detected capacity change from 0 to 2048",
        "device bridge_slave_0 entered promiscuous mode",
    ];

    private readonly Random _random = new(seed);
    private readonly List<string> _applied = [];

    public IReadOnlyList<string> Applied => _applied;

    /// <summary>The cut took the frame that names the crash, or the end of the one line that does: what is left cannot say it.</summary>
    public bool GuiltyCut { get; private set; }

    public byte[] Mutate(byte[] log, CrashReport report)
    {
        var text = Encoding.Latin1.GetString(log);
        // The last tenth of the report never arrived, wherever that cuts.
        if (Chance())
        {
            var cut = report.End - (report.End - report.Start) / 10;
            GuiltyCut = report.Function is not null ? !GuiltyIn(text[report.Start..cut], report) : !text[report.Start..cut].Contains('\n', StringComparison.Ordinal);
            text = text[..cut];
            _applied.Add("cut");
        }

        var lines = text.Split('\n').ToList();
        Step("kaslr", lines, Kaslr());
        Step("pid", lines, line => Pid().Replace(line, m => m.Groups[1].Value + _random.Next(1, 60000).ToString(CultureInfo.InvariantCulture)));
        Step("cpu", lines, line => Cpu().Replace(line, m => m.Groups[1].Value + _random.Next(0, 128).ToString(CultureInfo.InvariantCulture)));
        var shift = _random.NextDouble() * 5000;
        Step("time", lines, line => Time().Replace(line, m => string.Create(CultureInfo.InvariantCulture, $"[{double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) + shift,12:F6}]"), 1));
        Step("release", lines, line => Release().Replace(line, m => m.Groups[1].Value + "6.11.7-200.fc40.x86_64"));
        Step("taint", lines, line => line.Contains("Not tainted", StringComparison.Ordinal) ? line.Replace("Not tainted", "Tainted: G        W  OE     ", StringComparison.Ordinal)
            : Tainted().Replace(line, "Tainted: P      D    O      $1"));
        Step("modules", lines, line => Modules().Replace(line, "Modules linked in: nf_tables nfnetlink ext4 jbd2 e1000e(OE) virtio_net"));
        string[] suffixes = [".isra.0", ".constprop.0", ".part.12", ".cold", ".isra.3.constprop.7"];
        Step("suffix", lines, line => Symbol().Replace(line, m => _random.Next(3) == 0 ? m.Groups[1].Value + suffixes[_random.Next(suffixes.Length)] + m.Groups[2].Value : m.Value));
        if (Chance())
        {
            Chatter(lines);
        }

        switch (_random.Next(4))
        {
            case 0:
                _applied.Add("netconsole");
                var sequence = _random.Next(1000);
                for (var i = 0; i < lines.Count; i++)
                {
                    if (lines[i].Length > 0)
                    {
                        var body = Framing().Replace(lines[i], "", 1);
                        var caller = Caller().Match(lines[i]) is { Success: true } m ? ",caller=" + m.Groups[1].Value : "";
                        lines[i] = string.Create(CultureInfo.InvariantCulture, $"4,{sequence + i},{(sequence + i) * 113L},-{caller};{body}");
                    }
                }

                Impair(lines);
                break;
            case 1:
                _applied.Add("level");
                for (var i = 0; i < lines.Count; i++)
                {
                    lines[i] = lines[i].Length > 0 && lines[i][0] == '[' ? "<4>" + lines[i] : lines[i];
                }

                break;
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    /// <summary>What a network does to datagrams: some arrive up to six places late, some twice.</summary>
    private void Impair(List<string> lines)
    {
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            if (_random.Next(8) == 0)
            {
                var late = Math.Min(lines.Count - 1, i + _random.Next(1, 7));
                (lines[i], lines[late]) = (lines[late], lines[i]);
            }

            if (_random.Next(12) == 0)
            {
                lines.Insert(Math.Min(lines.Count, i + _random.Next(1, 5)), lines[i]);
            }
        }
    }

    private static bool GuiltyIn(string text, CrashReport report)
    {
        var guilty = report.Frames.FirstOrDefault(f => f.IsGuilty);
        var name = guilty?.Function ?? report.Function!;
        var at = text.LastIndexOf(name, StringComparison.Ordinal);
        return at > 0 && text.IndexOf('\n', at) > 0 && Regex.IsMatch(text, @"\n.*\b" + Regex.Escape(name) + @"(\.[a-z0-9.]+)?(\+0x|\))[^\n]*\n");
    }

    private bool Chance() => _random.Next(2) == 0;

    private void Step(string name, List<string> lines, Func<string, string> change)
    {
        if (!Chance())
        {
            return;
        }

        _applied.Add(name);
        for (var i = 0; i < lines.Count; i++)
        {
            lines[i] = change(lines[i]);
        }
    }

    /// <summary>Moves every kernel address by the same distance.</summary>
    private Func<string, string> Kaslr()
    {
        var distance = (ulong)_random.Next(1, 1 << 9) << 21;
        return line => Address().Replace(line, m => (ulong.Parse(m.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture) + distance).ToString("x16", CultureInfo.InvariantCulture));
    }

    /// <summary>50 lines of other parts of the kernel, around and between; where callers are printed, from another one.</summary>
    private void Chatter(List<string> lines)
    {
        _applied.Add("chatter");
        var withCaller = lines.Exists(l => Caller().IsMatch(l));
        for (var i = 0; i < 50; i++)
        {
            var at = _random.Next(lines.Count + 1);
            // A message is a line: nothing can come between the two lines of one.
            while (at > 0 && at < lines.Count && !lines[at].StartsWith('['))
            {
                at++;
            }

            var time = at > 0 && Time().Match(lines[at - 1]) is { Success: true } m ? m.Value : lines.Exists(l => Time().IsMatch(l)) ? "[   99.123456]" : "";
            var caller = withCaller ? "[ T9999]" : "";
            lines.Insert(at, $"{time}{caller} {s_chatter[_random.Next(s_chatter.Length)]}");
        }
    }

    [GeneratedRegex(@"\bffff[0-9a-f]{12}\b")]
    private static partial Regex Address();

    [GeneratedRegex(@"(\bPID: |\bpid: |\bpid )\d+")]
    private static partial Regex Pid();

    [GeneratedRegex(@"(\bCPU: )\d+")]
    private static partial Regex Cpu();

    [GeneratedRegex(@"^\[ *(\d+\.\d{6})\]")]
    private static partial Regex Time();

    [GeneratedRegex(@"(Not tainted |Tainted: [A-Z ]+ )\d[^ ]*")]
    private static partial Regex Release();

    [GeneratedRegex(@"Tainted: [A-Z ]+ (\d)")]
    private static partial Regex Tainted();

    [GeneratedRegex(@"Modules linked in:.*")]
    private static partial Regex Modules();

    [GeneratedRegex(@"(\b[a-z_][a-z0-9_]{3,})(\+0x[0-9a-f]+/0x)")]
    private static partial Regex Symbol();

    // A serial console's prompt may stand before the time; no kernel sends that over the network.
    [GeneratedRegex(@"^(?:[^\[]{0,40}(?=\[ *\d+\.\d{6}\]))?(<\d>)?(\[ *\d+\.\d+\])?(\[ *[TC]\d+\])? ?")]
    private static partial Regex Framing();

    [GeneratedRegex(@"^\[ *\d+\.\d+\]\[ *([TC]\d+)\]")]
    private static partial Regex Caller();
}
