using System.Globalization;
using Mayday.Analysis;
using Mayday.Store.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Crashes;

public enum Tone { Plain, Strong, Code }

/// <summary>A piece of the sentence on top of a page.</summary>
public sealed record Fragment(string Text, Tone Tone = Tone.Plain);

/// <summary>The one sentence that a tired person reads first: who died, doing what, where, and whether the machine lived on.</summary>
public static class CrashVerdict
{
    /// <summary>Below this an address is a member of a struct whose pointer was NULL.</summary>
    private const ulong FirstPage = 4096;

    public static IReadOnlyList<Fragment> Of(CrashReport report, bool fatal)
    {
        var sentence = new List<Fragment>();
        Who(report, sentence);
        What(report, sentence);
        Where(report, sentence);
        sentence.Add(new(". "));
        End(report, fatal, sentence);
        return sentence;
    }

    private static void Who(CrashReport report, List<Fragment> sentence)
    {
        if (report.Kind is CrashKind.MachineCheck or CrashKind.Hardware)
        {
            sentence.Add(new("The hardware", Tone.Strong));
        }
        else if (!string.IsNullOrEmpty(report.Comm))
        {
            sentence.Add(new(PlainText.Of(report.Comm), Tone.Strong));
            if (report.Pid is { } pid)
            {
                sentence.Add(new(string.Create(CultureInfo.InvariantCulture, $" (pid {pid})")));
            }
        }
        else
        {
            sentence.Add(new("The kernel", Tone.Strong));
        }

        if (report.Cpu is { } cpu)
        {
            sentence.Add(new(string.Create(CultureInfo.InvariantCulture, $" on CPU {cpu}")));
        }

        sentence.Add(new(" "));
    }

    private static void What(CrashReport report, List<Fragment> sentence)
    {
        if (report.Access is { Address: { } address } access && report.Class is CrashClass.BadAccess or CrashClass.MemorySafety)
        {
            Access(report, access, address, sentence);
            return;
        }

        sentence.Add(new(report.Kind switch
        {
            CrashKind.NullPointer => "followed a NULL pointer",
            CrashKind.PageFault => "touched an address that is not mapped",
            CrashKind.GeneralProtection => "followed a pointer that is no address",
            CrashKind.DivideError => "divided by zero",
            CrashKind.InvalidOpcode => "ran an instruction that does not exist",
            CrashKind.DoubleFault => "faulted while a fault was being handled",
            CrashKind.StackOverflow => "ran out of stack",
            CrashKind.StackCorruption => "found its stack overwritten",
            CrashKind.Bug or CrashKind.ListCorruption or CrashKind.Usercopy or CrashKind.Fortify => "hit a check that must never fail",
            CrashKind.Warning or CrashKind.Refcount => "hit a check that should not have failed",
            CrashKind.Kasan or CrashKind.Kfence or CrashKind.Kmsan or CrashKind.Slab or CrashKind.BadPage => "was caught with damaged or misused memory",
            CrashKind.InvalidFree => "freed memory that was not its to free",
            CrashKind.Kcsan => "raced with another CPU for the same data",
            CrashKind.Ubsan => "did something that C leaves undefined",
            CrashKind.Lockdep => "took locks in an order that can deadlock",
            CrashKind.SoftLockup => "kept its CPU busy and let nothing else run",
            CrashKind.HardLockup => "stopped answering interrupts",
            CrashKind.HungTask => "waited so long without moving that the kernel spoke up",
            CrashKind.RcuStall => "held up RCU for too long",
            CrashKind.WorkqueueStall => "let a workqueue stand still",
            CrashKind.AtomicSleep => "tried to sleep where sleeping is forbidden",
            CrashKind.OutOfMemory => "ran out of memory",
            CrashKind.MemoryLeak => "left memory behind that nothing points to",
            CrashKind.NetdevRefcount => "waited for a network device that is still in use",
            CrashKind.NetdevWatchdog => "gave up on a network card that stopped sending",
            CrashKind.RootMount => "found no root file system",
            CrashKind.InitKilled => "lost its init process",
            CrashKind.UnexpectedReboot => "rebooted without a word",
            CrashKind.MachineCheck or CrashKind.Hardware => "reported an error",
            CrashKind.Panic or CrashKind.RustPanic => "stopped itself",
            _ => "reported a failure",
        }));
    }

    private static void Access(CrashReport report, MemoryAccess access, string address, List<Fragment> sentence)
    {
        sentence.Add(new(access.Write switch
        {
            true => "wrote ",
            false => "read ",
            null => "touched ",
        }));
        if (access.Size is { } size)
        {
            sentence.Add(new(string.Create(CultureInfo.InvariantCulture, $"{size} {(size == 1 ? "byte" : "bytes")} at ")));
        }
        else if (access.Write is not null)
        {
            sentence.Add(new("at "));
        }

        var digits = address.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? address[2..] : address;
        var known = ulong.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value);
        sentence.Add(new(known ? string.Create(CultureInfo.InvariantCulture, $"0x{value:x}") : PlainText.Of(address), Tone.Code));
        if (access.Object is { } hit)
        {
            sentence.Add(new($", in {PlainText.Of(hit)}"));
        }

        if (access.FreedBy is { } freedBy)
        {
            sentence.Add(new(", freed before by "));
            sentence.Add(new(PlainText.Of(freedBy), Tone.Code));
        }
        else if (known && value < FirstPage)
        {
            sentence.Add(new(value == 0 ? ", a NULL pointer," : ", through a pointer that was NULL,"));
        }
        else if (report.Kind == CrashKind.GeneralProtection)
        {
            sentence.Add(new(", which is no address,"));
        }
    }

    private static void Where(CrashReport report, List<Fragment> sentence)
    {
        if (report.Function is { Length: > 0 } function)
        {
            sentence.Add(new(" in "));
            sentence.Add(new(PlainText.Of(function), Tone.Code));
            if (report.Module is { Length: > 0 } module)
            {
                sentence.Add(new(" of module "));
                sentence.Add(new(PlainText.Of(module), Tone.Code));
            }
        }

        if (report.SourceFile is { Length: > 0 } file)
        {
            sentence.Add(new(" at "));
            sentence.Add(new(report.SourceLine is { } line ? string.Create(CultureInfo.InvariantCulture, $"{PlainText.Of(file)}:{line}") : PlainText.Of(file), Tone.Code));
        }
    }

    private static void End(CrashReport report, bool fatal, List<Fragment> sentence)
    {
        if (report.Aftermath)
        {
            sentence.Add(new("It followed from an earlier crash of the same boot. "));
        }

        if (fatal)
        {
            sentence.Add(new("The machine died", Tone.Strong));
            sentence.Add(new(report.Panic is { Length: > 0 } panic ? $": {PlainText.Of(panic)}." : " of it."));
            return;
        }

        sentence.Add(new(report.Class switch
        {
            CrashClass.Warning => "Nothing was killed; the machine went on.",
            CrashClass.BadAccess or CrashClass.Assertion => "The task was killed; the machine lived on, as far as the log tells.",
            _ => "The machine lived on, as far as the log tells.",
        }));
    }

    /// <summary>"complete: 444 of 444 records", in the unit of the transport.</summary>
    public static (string Words, string Colour) Completeness(Completeness completeness, string transport)
    {
        var unit = transport.StartsWith("netconsole", StringComparison.Ordinal) ? "records" : "packets";
        return completeness.Complete switch
        {
            null => ("nobody can tell whether all lines came", ""),
            true when completeness.Expected is > 1 => ($"complete: {Words.Count(completeness.Expected.Value)} of {Words.Count(completeness.Expected.Value)} {unit}", "ok"),
            true => ("complete", "ok"),
            false when completeness is { Missing: > 0, Expected: { } expected } => ($"{Words.Count(completeness.Missing.Value)} of {Words.Count(expected)} {unit} missing", "warn"),
            false when completeness.Missing is > 0 => ($"{Words.Count(completeness.Missing.Value)} {unit} missing", "warn"),
            false => ("text is missing", "warn"),
        };
    }
}
