using Mayday.Query.Fields;

namespace Mayday.Query.Tests;

/// <summary>Something to filter: the fields of a crash, as a small example of a catalogue.</summary>
internal sealed record Sample
{
    public string Kind { get; init; } = "kasan";

    public string? Host { get; init; } = "web-12";

    public string? Kernel { get; init; } = "6.1.0-13-amd64";

    public IReadOnlyList<string> Modules { get; init; } = ["ext4", "nvme"];

    public string Title { get; init; } = "KASAN: use-after-free Read in ext4_writepage";

    public int? Severity { get; init; } = 3;

    public uint Taint { get; init; } = 1;

    public decimal? Size { get; init; } = 4096;

    public bool Fatal { get; init; } = true;

    public Guid Bug { get; init; } = new("0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a");

    public DateTimeOffset ReceivedAt { get; init; } = Samples.Now.AddMinutes(-30);
}

internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static readonly FilterField s_kind = new(
        "kind",
        new WordType([new("kasan", "memory error that KASAN found"), new("nullPointer", "null pointer", 0, "null"), new("softLockup"), new("panic")]),
        "what the kernel reported");

    private static readonly FilterField s_host = new("host", TextType.Instance, "name of the machine");
    private static readonly FilterField s_kernel = new("kernelRelease", TextType.Instance, "as uname -r says it", "kernel", "release");
    private static readonly FilterField s_module = new("module", TextType.Instance, "a module of the call trace");
    private static readonly FilterField s_title = new("title", ProseType.Instance, "the crash in a line", "text");

    private static readonly FilterField s_severity = new(
        "severity",
        new NumberType { Words = [new("crit", "2", 2), new("err", "3", 3, "error"), new("warning", "4", 4)], Least = 0, Most = 7, IsWhole = true },
        "how grave it is");

    private static readonly FilterField s_taint = new(
        "taint", new BitsType { Words = [new("P", "proprietary module", 1), new("W", "warning before", 512)], Noun = "taint flag" }, "taint flags");

    private static readonly FilterField s_size = new("size", NumberType.Instance, "bytes of the log");
    private static readonly FilterField s_fatal = new("fatal", TruthType.Instance, "the machine died of it");
    private static readonly FilterField s_bug = new("bug", IdType.Instance, "id of the bug");
    private static readonly FilterField s_receivedAt = new("receivedAt", TimeType.Instance, "when it came", "time");
    private static readonly FilterField s_age = new("age", AgeType.Instance, "how long ago it came");

    public static FieldCatalogue Catalogue { get; } = new(
        [s_kind, s_host, s_kernel, s_module, s_title, s_severity, s_taint, s_size, s_fatal, s_bug, s_receivedAt, s_age],
        s_title,
        new FieldShortcut("since", s_receivedAt, FilterOperator.GreaterOrEqual, "came at or after"),
        new FieldShortcut("until", s_receivedAt, FilterOperator.Less, "came before"));

    public static FieldReaders<Sample> Readers { get; } = new FieldReaders<Sample>()
        .Add(s_kind, sample => FieldValue.Of(sample.Kind))
        .Add(s_host, sample => FieldValue.Of(sample.Host))
        .Add(s_kernel, sample => FieldValue.Of(sample.Kernel))
        .Add(s_module, sample => FieldValue.Of(sample.Modules))
        .Add(s_title, sample => FieldValue.Of(sample.Title))
        .Add(s_severity, sample => FieldValue.Of(sample.Severity))
        .Add(s_taint, sample => FieldValue.Of(sample.Taint))
        .Add(s_size, sample => FieldValue.Of(sample.Size))
        .Add(s_fatal, sample => FieldValue.Of(sample.Fatal))
        .Add(s_bug, sample => FieldValue.Of(sample.Bug))
        .Add(s_receivedAt, sample => FieldValue.Of(sample.ReceivedAt))
        .Add(s_age, sample => FieldValue.Of(sample.ReceivedAt));

    public static Filter Parse(string text)
    {
        Assert.True(Filter.TryParse(text, Catalogue, out var filter, out var error), $"{text}: {error}");
        return filter;
    }

    public static bool Matches(string text, Sample? sample = null) => Parse(text).Matches(sample ?? new Sample(), Readers, Now);
}
