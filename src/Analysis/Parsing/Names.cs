namespace Mayday.Analysis.Parsing;

/// <summary>
/// Shares strings that come again and again (function and module names) between the frames of one thread. A fixed table that
/// forgets: memory stays bounded whatever a log holds.
/// </summary>
internal static class Names
{
    // 4096 slots hold the symbols of a few hundred traces; a miss only costs an allocation.
    private const int Slots = 4096;

    [ThreadStatic]
    private static string?[]? s_table;

    public static string Intern(ReadOnlySpan<char> name)
    {
        if (name.Length > 64)
        {
            return name.ToString();
        }

        var table = s_table ??= new string?[Slots];
        ref var slot = ref table[(uint)string.GetHashCode(name) % Slots];
        if (slot is not null && name.SequenceEqual(slot))
        {
            return slot;
        }

        return slot = name.ToString();
    }
}
