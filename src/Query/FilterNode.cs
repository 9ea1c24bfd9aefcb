using Mayday.Query.Fields;

namespace Mayday.Query;

/// <summary>
/// A filter as a tree. The parser creates it; the in-memory evaluation and the SQL writers walk it. Trees compare by value.
/// </summary>
public abstract record FilterNode;

public sealed record FilterAll(IReadOnlyList<FilterNode> Parts) : FilterNode
{
    public bool Equals(FilterAll? other) => other is not null && Parts.SequenceEqual(other.Parts);

    public override int GetHashCode() => Parts.Aggregate(1, HashCode.Combine);
}

public sealed record FilterAny(IReadOnlyList<FilterNode> Parts) : FilterNode
{
    public bool Equals(FilterAny? other) => other is not null && Parts.SequenceEqual(other.Parts);

    public override int GetHashCode() => Parts.Aggregate(2, HashCode.Combine);
}

public sealed record FilterNot(FilterNode Part) : FilterNode;

public sealed record FilterTest(FilterField Field, FilterOperator Operator, FilterValue Value) : FilterNode;
