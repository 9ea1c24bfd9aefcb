using System.Globalization;
using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Reports;

/// <summary>The facts beside the stacks: who ran where, on what kernel, with which registers and modules.</summary>
internal sealed class Details
{
    // A "Modules linked in:" line of a distribution kernel names up to a few hundred.
    private const int MaxModules = 1000;
    private const int MaxRegisters = 64;

    public int? Cpu { get; private set; }

    public int? Pid { get; private set; }

    public string? Comm { get; private set; }

    public string? Release { get; private set; }

    public string? Taint { get; private set; }

    public string? Hardware { get; private set; }

    public string? Bios { get; private set; }

    public string? Context { get; private set; }

    public string? CodeBytes { get; private set; }

    public string? AccessWord { get; private set; }

    public MemoryAccess? Access { get; private set; }

    public List<RegisterValue> Registers { get; } = [];

    public List<LoadedModule> Modules { get; } = [];

    public static Details Read(ReportText report)
    {
        var details = new Details();
        var captures = report.Captures;
        details.Cpu = captures.Number("cpu");
        details.Pid = captures.Number("pid");
        details.Comm = captures["comm"];
        var end = report.EndTraceAt >= 0 ? report.EndTraceAt : report.Lines.Count;
        var userMode = false;
        for (var i = 0; i < end; i++)
        {
            var line = report.Lines[i];
            if (line.Shape is LineShape.Frame or LineShape.Unknown && !line.Text.Contains("ainted", StringComparison.Ordinal))
            {
                continue;
            }

            details.ReadLine(line.Text.AsSpan().Trim(), i, report, ref userMode);
        }

        return details;
    }

    private void ReadLine(ReadOnlySpan<char> text, int index, ReportText report, ref bool userMode)
    {
        if (text.Length < 3)
        {
            return;
        }

        switch (text[0])
        {
            case 'C' when text.StartsWith("CPU:", StringComparison.Ordinal):
                ReadCpuLine(text);
                return;
            case 'C' when text.StartsWith("Code: ", StringComparison.Ordinal):
                if (!userMode && CodeBytes is null && text[6] is not 'U' and not 'B')
                {
                    CodeBytes = text[6..].Trim().ToString();
                }

                return;
            case 'C' when text.StartsWith("Comm: ", StringComparison.Ordinal):
                Comm ??= text[6..].ToString();
                return;
            case 'P' when text.StartsWith("Pid: ", StringComparison.Ordinal):
                ReadCpuLine(text);
                return;
            case 'P' when text.StartsWith("Process ", StringComparison.Ordinal) && text.IndexOf(" (pid: ", StringComparison.Ordinal) is > 8 and var open:
                Comm ??= text[8..open].ToString();
                Pid ??= Number(text[(open + 7)..]);
                return;
            case 'H' when text.StartsWith("Hardware name: ", StringComparison.Ordinal):
                ReadHardware(text[15..]);
                return;
            case 'M' when text.StartsWith("Modules linked in:", StringComparison.Ordinal):
                ReadModules(text[18..]);
                return;
            case 'W' when text.StartsWith("Workqueue: ", StringComparison.Ordinal):
                Context ??= "workqueue " + text[11..].Trim().ToString();
                return;
            case 'T' or 'N' when (text.StartsWith("Tainted: ", StringComparison.Ordinal) || text.StartsWith("Not tainted ", StringComparison.Ordinal)) && Release is null:
                ReadTaint(text);
                return;
            case 'R' or 'W' when text.StartsWith("Read ", StringComparison.Ordinal) || text.StartsWith("Write ", StringComparison.Ordinal):
                ReadAccess(text);
                return;
            case 'R' when text.StartsWith("RIP: 0033", StringComparison.Ordinal) || text.StartsWith("RIP: 0023", StringComparison.Ordinal):
                userMode = true;
                return;
            case 'T' when text.StartsWith("The buggy address belongs to the object", StringComparison.Ordinal):
                return;
            case 'w' when text.StartsWith("which belongs to the cache ", StringComparison.Ordinal):
                Access = (Access ?? new MemoryAccess(null, null, null)) with { Object = "cache " + text[27..].ToString() };
                return;
            case '#' when text.StartsWith("#PF: supervisor ", StringComparison.Ordinal):
                var write = text.IndexOf("write", StringComparison.Ordinal) > 0;
                Access = (Access ?? new MemoryAccess(Address(report), null, null)) with { Write = write };
                return;
        }

        if (!userMode)
        {
            ReadRegisters(text);
        }
    }

    private static string? Address(ReportText report)
    {
        var first = report.Lines[0].Text;
        var at = first.IndexOf("address", StringComparison.Ordinal);
        if (at < 0)
        {
            at = first.LastIndexOf(" at ", StringComparison.Ordinal) is > 0 and var plain ? plain + 3 : -1;
        }

        if (at < 0)
        {
            return null;
        }

        var rest = first.AsSpan(at).TrimStart("address: at");
        var end = 0;
        while (end < rest.Length && (char.IsAsciiHexDigit(rest[end]) || rest[end] == 'x'))
        {
            end++;
        }

        return end >= 4 ? rest[..end].ToString() : null;
    }

    private void ReadCpuLine(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("CPU:", StringComparison.Ordinal))
        {
            Cpu ??= Number(text[4..].TrimStart());
        }

        var pid = text.IndexOf("PID: ", StringComparison.OrdinalIgnoreCase);
        if (pid >= 0)
        {
            Pid ??= Number(text[(pid + 5)..]);
        }

        var comm = text.IndexOf("omm: ", StringComparison.Ordinal);
        var taint = text.LastIndexOf(" Tainted: ", StringComparison.Ordinal);
        if (taint < 0)
        {
            taint = text.LastIndexOf(" Not tainted", StringComparison.Ordinal);
        }

        if (comm >= 0 && taint > comm)
        {
            Comm ??= text[(comm + 5)..taint].Trim().ToString();
        }

        if (taint >= 0 && Release is null)
        {
            ReadTaint(text[(taint + 1)..]);
        }
    }

    private void ReadTaint(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> rest;
        if (text.StartsWith("Tainted: ", StringComparison.Ordinal))
        {
            rest = text[9..];
            if (rest.StartsWith("[", StringComparison.Ordinal))
            {
                return;   // "Tainted: [W]=WARN": the letters again, in words
            }

            var end = 0;
            var letters = new List<char>();
            while (end < rest.Length && (rest[end] == ' ' || (char.IsAsciiLetterUpper(rest[end]) && (end + 1 >= rest.Length || rest[end + 1] == ' ' || char.IsAsciiLetterUpper(rest[end + 1])))))
            {
                if (rest[end] != ' ')
                {
                    letters.Add(rest[end]);
                }

                end++;
            }

            Taint = new string([.. letters]);
            rest = rest[end..];
        }
        else if (text.StartsWith("Not tainted", StringComparison.Ordinal))
        {
            Taint = "";
            rest = text[11..].TrimStart();
        }
        else
        {
            return;
        }

        rest = rest.TrimStart(" (");
        var blank = rest.IndexOfAny(' ', ')');
        var release = blank > 0 ? rest[..blank] : rest;
        if (release.Length is > 2 and < 65 && char.IsAsciiDigit(release[0]))
        {
            Release = release.ToString();
        }
    }

    private void ReadHardware(ReadOnlySpan<char> text)
    {
        var bios = text.LastIndexOf(", BIOS ", StringComparison.Ordinal);
        Hardware ??= (bios > 0 ? text[..bios] : text).Trim().ToString();
        if (bios > 0)
        {
            Bios ??= text[(bios + 7)..].Trim().ToString();
        }
    }

    private void ReadModules(ReadOnlySpan<char> text)
    {
        if (Modules.Count > 0)
        {
            return;
        }

        var last = text.IndexOf("[last unloaded", StringComparison.Ordinal);
        if (last >= 0)
        {
            text = text[..last];
        }

        foreach (var range in text.Split(' '))
        {
            var word = text[range];
            if (word.IsEmpty || Modules.Count >= MaxModules)
            {
                continue;
            }

            var open = word.IndexOf('(');
            var name = open > 0 ? word[..open] : word;
            var flags = open > 0 ? word[(open + 1)..].TrimEnd(')').ToString() : null;
            if (char.IsAsciiLetterOrDigit(name[0]))
            {
                Modules.Add(new LoadedModule(Names.Intern(name), flags));
            }
        }
    }

    private void ReadAccess(ReadOnlySpan<char> text)
    {
        var write = text[0] == 'W';
        int? size = null;
        var rest = write ? text[6..] : text[5..];
        if (rest.StartsWith("of size ", StringComparison.Ordinal))
        {
            size = Number(rest[8..]);
        }
        else if (!rest.StartsWith("at addr", StringComparison.Ordinal))
        {
            return;
        }

        AccessWord ??= write ? "Write" : "Read";
        var addr = rest.IndexOf("addr ", StringComparison.Ordinal);
        string? address = null;
        if (addr >= 0)
        {
            var at = rest[(addr + 5)..];
            var end = at.IndexOf(' ');
            address = (end > 0 ? at[..end] : at).ToString();
        }

        Access ??= new MemoryAccess(address, size, write);
        var task = rest.IndexOf("by task ", StringComparison.Ordinal);
        if (task >= 0)
        {
            var who = rest[(task + 8)..];
            var slash = who.LastIndexOf('/');
            if (slash > 0)
            {
                Comm ??= who[..slash].ToString();
                Pid ??= Number(who[(slash + 1)..]);
            }
        }
    }

    /// <summary>"RAX: 0000 RBX: 0001", "x29: ffff x28: 0001", "r10: 0000  r9 : 0001", "sp : ffff".</summary>
    private void ReadRegisters(ReadOnlySpan<char> text)
    {
        if (Registers.Count >= MaxRegisters || text.Length < 7)
        {
            return;
        }

        while (text.Length > 6)
        {
            var colon = text.IndexOf(':');
            if (colon is < 1 or > 7)
            {
                return;
            }

            var name = text[..colon].TrimEnd();
            if (!IsRegisterName(name))
            {
                return;
            }

            var rest = text[(colon + 1)..].TrimStart();
            var end = 0;
            var colonInside = false;
            while (end < rest.Length && (char.IsAsciiHexDigit(rest[end]) || (rest[end] == ':' && end == 4 && !colonInside)))
            {
                colonInside |= rest[end] == ':';
                end++;
            }

            if (end < 4)
            {
                return;
            }

            var value = rest[..end];
            if (colonInside)
            {
                value = value[5..];   // RSP: 0018:ffff...
            }

            var upper = name.ToString().ToUpperInvariant();
            if (!Registers.Exists(r => r.Name == upper))
            {
                Registers.Add(new RegisterValue(upper, value.ToString()));
            }

            text = rest[end..];
            if (text.Length > 0 && text[0] == '(')
            {
                var close = text.IndexOf(')');
                if (close < 0)
                {
                    return;
                }

                text = text[(close + 1)..];
            }

            text = text.TrimStart();
        }
    }

    private static bool IsRegisterName(ReadOnlySpan<char> name)
    {
        if (name.Length is < 1 or > 6)
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        if (name.SequenceEqual("RIP") || name.SequenceEqual("EIP") || name.SequenceEqual("IP") || name.SequenceEqual("PGD") || name.SequenceEqual("CPU") || name.SequenceEqual("PID"))
        {
            return false;
        }

        return char.IsAsciiLetter(name[0]) && (char.IsAsciiLetterUpper(name[0]) ? name.Length >= 2 && IsX86(name) : name.Length <= 6 && name is not "page" and not "raw" and not "flags" and not "head" and not "index" and not "task" and not "pool" and not "pwq" and not "rcu" and not "addr");
    }

    private static bool IsX86(ReadOnlySpan<char> name) => name[0] is 'R' or 'E' || name.EndsWith("S", StringComparison.Ordinal) || name.StartsWith("CR", StringComparison.Ordinal) || name.StartsWith("DR", StringComparison.Ordinal) || name is "PKRU" or "MSR" or "XER" or "CTR" or "CFAR" or "DAR" or "DSISR" or "LR" or "NIP" or "FS" or "GS";

    private static int? Number(ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return int.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
