using Mayday.Analysis;
using Mayday.Store.Postgres;

namespace Mayday.Web.Components.Crashes;

/// <summary>Crash kinds as people read them, as the URL spells them, and by the colour that stands for them.</summary>
public static class KindWords
{
    /// <summary>The spelling of the API and of the URL.</summary>
    public static string ToWord(this CrashKind kind) => EnumWords.Of(kind);

    public static string InWords(this CrashKind kind) => kind switch
    {
        CrashKind.NullPointer => "null pointer",
        CrashKind.PageFault => "page fault",
        CrashKind.GeneralProtection => "protection fault",
        CrashKind.DivideError => "divide error",
        CrashKind.InvalidOpcode => "invalid opcode",
        CrashKind.DoubleFault => "double fault",
        CrashKind.StackOverflow => "stack overflow",
        CrashKind.StackCorruption => "stack smashed",
        CrashKind.Bug => "BUG",
        CrashKind.Kasan => "KASAN",
        CrashKind.Kfence => "KFENCE",
        CrashKind.Kmsan => "KMSAN",
        CrashKind.Kcsan => "KCSAN",
        CrashKind.Ubsan => "UBSAN",
        CrashKind.InvalidFree => "invalid free",
        CrashKind.SoftLockup => "soft lockup",
        CrashKind.HardLockup => "hard lockup",
        CrashKind.HungTask => "hung task",
        CrashKind.RcuStall => "RCU stall",
        CrashKind.WorkqueueStall => "workqueue stall",
        CrashKind.AtomicSleep => "atomic sleep",
        CrashKind.ListCorruption => "list corruption",
        CrashKind.BadPage => "bad page",
        CrashKind.MemoryLeak => "memory leak",
        CrashKind.OutOfMemory => "out of memory",
        CrashKind.NetdevRefcount => "netdev refcount",
        CrashKind.NetdevWatchdog => "netdev watchdog",
        CrashKind.RootMount => "no root",
        CrashKind.InitKilled => "init killed",
        CrashKind.RustPanic => "Rust panic",
        CrashKind.UnexpectedReboot => "reboot",
        CrashKind.MachineCheck => "machine check",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The name of the colour (a class of mayday.css): the word always stands beside it.</summary>
    public static string Colour(CrashClass crashClass, bool fatal = false) => crashClass switch
    {
        CrashClass.Hardware => "hw",
        _ when fatal => "fatal",
        CrashClass.Panic => "fatal",
        CrashClass.Hang or CrashClass.Stall or CrashClass.Deadlock => "hang",
        CrashClass.Warning => "warn",
        CrashClass.MemorySafety or CrashClass.BadAccess or CrashClass.Assertion => "oops",
        _ => "soft",
    };
}
