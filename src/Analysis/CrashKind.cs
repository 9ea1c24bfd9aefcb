using System.Text.Json.Serialization;

namespace Mayday.Analysis;

/// <summary>What the kernel reported. Written as camelCase words in JSON and in Postgres. All values are listed in docs/api.md.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<CrashKind>))]
public enum CrashKind
{
    Other,
    NullPointer,
    PageFault,
    GeneralProtection,
    DivideError,
    InvalidOpcode,
    DoubleFault,
    StackOverflow,
    StackCorruption,
    Oops,
    Bug,
    Warning,
    Panic,
    Kasan,
    Kfence,
    Kmsan,
    Kcsan,
    Ubsan,
    InvalidFree,
    Lockdep,
    SoftLockup,
    HardLockup,
    HungTask,
    RcuStall,
    WorkqueueStall,
    AtomicSleep,
    ListCorruption,
    Refcount,
    Usercopy,
    Fortify,
    Slab,
    BadPage,
    MemoryLeak,
    OutOfMemory,
    NetdevRefcount,
    NetdevWatchdog,
    RootMount,
    InitKilled,
    RustPanic,
    UnexpectedReboot,
    MachineCheck,
    Hardware,
}

[JsonConverter(typeof(CamelCaseEnumConverter<CrashClass>))]
public enum CrashClass { Other, MemorySafety, BadAccess, Hang, Stall, Assertion, Warning, Deadlock, Resource, Hardware, Panic }

[JsonConverter(typeof(CamelCaseEnumConverter<CrashSeverity>))]
public enum CrashSeverity { Info, Warning, Error, Fatal }

/// <summary>Writes enum members as camelCase words, the only spelling that the API and the database use.</summary>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
