using System.Globalization;
using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Reports;

/// <summary>Collects the facts around the stacks: task, CPU, kernel release, registers, modules.</summary>
internal sealed partial class Details
{
    // The "Modules linked in:" line of a distribution kernel lists up to a few hundred modules.
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
        details.ReadFirstLine(report);
        var end = report.EndTraceAt >= 0 ? report.EndTraceAt : report.Lines.Count;
        var userMode = false;
        for (var i = 0; i < end; i++)
        {
            var line = report.Lines[i];
            if (line.Shape == LineShape.Frame || line.Shape == LineShape.Unknown && !details._kernelCode && !IsFact(line.Text))
            {
                continue;
            }

            details.ReadLine(line.Text.AsSpan().Trim(), ref userMode);
        }

        return details;
    }

    /// <summary>Recognises fact lines by their words, where the line's shape does not tell.</summary>
    private static bool IsFact(string text) => text.Contains("ainted", StringComparison.Ordinal)
        || text.StartsWith("EIP: ", StringComparison.Ordinal) || text.StartsWith("BUG: Kernel ", StringComparison.Ordinal);

    private void ReadLine(ReadOnlySpan<char> text, ref bool userMode)
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
            case 'E' when text.StartsWith("EIP: ", StringComparison.Ordinal) && text.LastIndexOf(" CPU: ") is > 0 and var on:
                Cpu ??= Number(text[(on + 6)..]);   // i386 before 3.5
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
            case 'w' when text.StartsWith("which belongs to the cache ", StringComparison.Ordinal):
                Access = (Access ?? new MemoryAccess(null, null, null)) with { Object = "cache " + text[27..].ToString() };
                return;
            case 'C' when text.StartsWith("CPU ", StringComparison.Ordinal) && text.Length < 9:
                Cpu ??= Number(text[4..]);   // before 3.9, on a separate line
                return;
        }

        ReadFault(text);
        if (!userMode)
        {
            ReadRegisters(text);
        }
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

        // Before 3.5 the hardware name was at the end of that line: "... 2.6.32-71.el6.x86_64 #1 Dell Inc. PowerEdge R710/0M233H".
        if (text.StartsWith("Pid: ", StringComparison.Ordinal) && Hardware is null && text.LastIndexOf(" #") is > 0 and var number
            && text[(number + 2)..].IndexOf(' ') is > 0 and var blank && text[(number + 3 + blank)..].Trim() is { IsEmpty: false } machine)
        {
            Hardware = machine.ToString();
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
                return;   // "Tainted: [W]=WARN" repeats the letters in words
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
