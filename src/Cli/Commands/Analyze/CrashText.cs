using System.Globalization;
using Mayday.Analysis;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Analyze;

/// <summary>Prints one crash for people on a terminal.</summary>
internal static class CrashText
{
    // The guilty frame is almost always among these. --json prints all frames.
    private const int Frames = 16;

    public static void Write(TextWriter output, string file, int index, CrashReport report)
    {
        output.WriteLine($"{AnalyzeCommand.Printable(file)}[{index}]  {AnalyzeCommand.Printable(report.Title)}");
        Line(output, "kind", $"{Word(report.Kind)}, {Word(report.Class)}, {Word(report.Severity)}{(report.Fatal ? ", the machine died" : "")}{(report.Aftermath ? ", after another crash" : "")}");
        Line(output, "function", report.Function is null ? null : report.Module is null ? report.Function : $"{report.Function} [{report.Module}]");
        Line(output, "source", report.SourceFile is null ? null : $"{report.SourceFile}:{report.SourceLine?.ToString(CultureInfo.InvariantCulture)}");
        Line(output, "task", report.Comm is null && report.Pid is null ? null : $"{report.Comm} (pid {report.Pid?.ToString(CultureInfo.InvariantCulture) ?? "?"}, cpu {report.Cpu?.ToString(CultureInfo.InvariantCulture) ?? "?"})");
        Line(output, "kernel", report.KernelRelease is null ? null : $"{report.KernelRelease}{(string.IsNullOrEmpty(report.Taint) ? "" : $", tainted {report.Taint}")}");
        Line(output, "hardware", report.Hardware);
        Line(output, "panic", report.Panic);
        Line(output, "corrupted", report.CorruptedReason);
        Line(output, "group", $"{report.SignatureHash}  {report.Signature}");
        Line(output, "bytes", $"{report.Start.ToString(CultureInfo.InvariantCulture)}-{report.End.ToString(CultureInfo.InvariantCulture)}");
        foreach (var frame in report.Frames.Take(Frames))
        {
            var place = frame.Offset is null ? "" : $"+0x{frame.Offset:x}";
            output.WriteLine($"    {(frame.IsGuilty ? '>' : ' ')} {(frame.IsReliable ? ' ' : '?')} {AnalyzeCommand.Printable(frame.Function)}{place}{(frame.Module is null ? "" : $" [{AnalyzeCommand.Printable(frame.Module)}]")}");
        }

        if (report.Frames.Count > Frames)
        {
            output.WriteLine($"        and {(report.Frames.Count - Frames).ToString(CultureInfo.InvariantCulture)} more frames");
        }

        foreach (var step in report.Explanation)
        {
            output.WriteLine($"    why: {AnalyzeCommand.Printable(step)}");
        }

        output.WriteLine();
    }

    private static void Line(TextWriter output, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            output.WriteLine($"    {name,-10} {AnalyzeCommand.Printable(value)}");
        }
    }

    private static string Word<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
