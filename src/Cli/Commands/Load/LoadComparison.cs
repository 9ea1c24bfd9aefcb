namespace Mayday.Cli.Commands.Load;

/// <summary>One thing that was sent, and what the collector says of it.</summary>
/// <param name="What">In words.</param>
/// <param name="Sent">What it must be.</param>
/// <param name="Counted">What it is; null where nobody says.</param>
internal sealed record LoadComparison(string What, long Sent, long? Counted)
{
    /// <summary>Each machine that differs is a line; a screenful tells enough.</summary>
    public const int MostNamed = 20;

    /// <summary>
    /// Of <see cref="Sent"/>, crashes that lost a line by which they are named, on purpose: each may be counted under another name, not at all, or
    /// (basic netconsole, which carries no order) once for each of its three naming lines.
    /// </summary>
    public long Uncertain { get; init; }

    public bool Differs => Counted is not { } counted || counted < Sent - Uncertain || counted > Sent + 2 * Uncertain;
}
