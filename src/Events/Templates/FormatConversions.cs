namespace Mayday.Events.Templates;

/// <summary>Counts the arguments of a format string: one for each conversion that evlog packs, and one for each <c>*</c>.</summary>
internal static class FormatConversions
{
    public static int Count(ReadOnlySpan<char> format)
    {
        var count = 0;
        while (format.IndexOf('%') is var at and >= 0)
        {
            format = format[(at + 1)..];
            format = format.TrimStart("-+ #0");
            count += TakeNumber(ref format);
            if (format is ['.', ..])
            {
                format = format[1..];
                count += TakeNumber(ref format);
            }

            format = format is ['l' or 'h', ..] && format.Length > 1 && format[1] == format[0] ? format[2..]
                : format is ['h' or 'l' or 'L' or 'Z' or 'z', ..] ? format[1..]
                : format;
            if (format is [var letter, ..])
            {
                count += letter is 'c' or 'd' or 'i' or 'u' or 'o' or 'x' or 'X' or 'p' or 's' ? 1 : 0;
                format = format[1..];
            }
        }

        return count;
    }

    private static int TakeNumber(ref ReadOnlySpan<char> format)
    {
        if (format is ['*', ..])
        {
            format = format[1..];
            return 1;
        }

        format = format.TrimStart("0123456789");
        return 0;
    }
}
