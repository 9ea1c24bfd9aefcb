namespace Mayday.Cli.Commands;

/// <summary>One thing that was sent, and what the collector says of it.</summary>
/// <param name="What">In words.</param>
/// <param name="Sent">What it must be.</param>
/// <param name="Counted">What it is; null where nobody says.</param>
internal sealed record LoadComparison(string What, long Sent, long? Counted)
{
    public bool Differs => Sent != Counted;
}
