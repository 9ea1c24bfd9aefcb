using Mayday.Query.Patterns;

namespace Mayday.Query;

/// <summary>What a field is tested against.</summary>
public abstract record FilterValue;

public sealed record NumberValue(decimal Number) : FilterValue;

public sealed record TextValue(string Text) : FilterValue;

/// <param name="IgnoresCase">The field's values are words, which are the same in any case.</param>
public sealed record GlobValue(Glob Glob, bool IgnoresCase = false) : FilterValue;

public sealed record PatternValue(FilterPattern Pattern) : FilterValue;

public sealed record TimeValue(DateTimeOffset Time) : FilterValue;

/// <summary>A length of time; against a field that holds a time: that long before the moment of asking.</summary>
public sealed record AgeValue(TimeSpan Age) : FilterValue;

public sealed record TruthValue(bool Truth) : FilterValue;

public sealed record IdValue(Guid Id) : FilterValue;

/// <summary>A value whose type is known only when it meets the item's: a bare number compares numbers, a quoted text compares texts.</summary>
public sealed record WrittenValue(WrittenText Written) : FilterValue;
