namespace Mayday.Analysis.Parsing;

/// <summary>
/// Interns strings that occur often in the frames of one thread (function and module names). The table has a fixed size and overwrites old
/// entries, so memory stays bounded for any log.
/// </summary>
internal static class Names
{
    // 4096 slots hold the symbols of a few hundred traces. A miss costs one allocation.
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
