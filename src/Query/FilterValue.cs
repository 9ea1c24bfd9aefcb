using Mayday.Query.Patterns;

namespace Mayday.Query;

/// <summary>The value that a field is compared with.</summary>
public abstract record FilterValue;

public sealed record NumberValue(decimal Number) : FilterValue;

public sealed record TextValue(string Text) : FilterValue;

/// <param name="IgnoresCase">True if the values of the field are words, which ignore case.</param>
public sealed record GlobValue(Glob Glob, bool IgnoresCase = false) : FilterValue;

public sealed record PatternValue(FilterPattern Pattern) : FilterValue;

public sealed record TimeValue(DateTimeOffset Time) : FilterValue;

/// <summary>A time span. For a field that holds a time: that long before now.</summary>
public sealed record AgeValue(TimeSpan Age) : FilterValue;

public sealed record TruthValue(bool Truth) : FilterValue;

public sealed record IdValue(Guid Id) : FilterValue;

/// <summary>A value whose type depends on the value of the item: a bare number compares as a number, a quoted text as text.</summary>
public sealed record WrittenValue(WrittenText Written) : FilterValue;
