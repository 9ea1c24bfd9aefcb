namespace Mayday.Cli.Commands.Load;

/// <summary>One number that was sent, and the number that the collector reports.</summary>
/// <param name="What">Description of the number.</param>
/// <param name="Sent">The expected value.</param>
/// <param name="Counted">The reported value; null if the collector does not report it.</param>
internal sealed record LoadComparison(string What, long Sent, long? Counted)
{
    /// <summary>Each machine that differs is one line. More than a screen of them tells nothing new.</summary>
    public const int MostNamed = 20;

    /// <summary>
    /// The part of <see cref="Sent"/> that deliberately lost a line which names the crash. Such a crash may be counted under another name,
    /// not at all, or, with basic netconsole (which has no order), once for each of its three naming lines.
    /// </summary>
    public long Uncertain { get; init; }

    public bool Differs => Counted is not { } counted || counted < Sent - Uncertain || counted > Sent + 2 * Uncertain;
}
