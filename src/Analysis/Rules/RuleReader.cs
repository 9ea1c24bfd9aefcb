namespace Mayday.Analysis.Rules;

/// <summary>Reads the two rule files: sections in brackets, <c>field: value</c> lines or words, and comments after '#'.</summary>
internal static class RuleReader
{
    public static List<FormatRule> ReadFormats(TextReader reader, out int version)
    {
        var rules = new List<FormatRule>();
        FormatRule? rule = null;
        version = 0;
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                rule = new FormatRule { Name = line[1..^1] };
                rules.Add(rule);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new FormatException($"formats.rules:{number}: not a field: {line}");
            }

            // The first space after the colon is syntax. Further spaces belong to the pattern.
            var value = colon + 1 < line.Length && line[colon + 1] == ' ' ? line[(colon + 2)..] : line[(colon + 1)..];
            try
            {
                if (rule is null)
                {
                    version = line[..colon] == "version" ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture)
                        : throw new FormatException("field outside a section");
                }
                else
                {
                    Set(rule, line[..colon], value);
                }
            }
            catch (FormatException failure)
            {
                throw new FormatException($"formats.rules:{number}: {failure.Message}", failure);
            }
        }

        foreach (var refinement in rules.Where(r => r.IsRefinement))
        {
            foreach (var name in refinement.Refines)
            {
                rules.Find(r => r.Name == name)?.Refinements.Add(refinement);
            }
        }

        return rules;
    }

    private static void Set(FormatRule rule, string field, string value)
    {
        switch (field)
        {
            case "start": rule.Starts.Add(LinePattern.Parse(value, anchored: true)); break;
            case "within": rule.Starts.Add(LinePattern.Parse(value, anchored: false)); break;
            case "title": rule.Title = value; break;
            case "kind": rule.Kind = Word<CrashKind>(value); break;
            case "class": rule.Class = Word<CrashClass>(value); break;
            case "severity": rule.Severity = Word<CrashSeverity>(value); break;
            case "role": rule.Role = Word<FormatRole>(value.Replace("-", "", StringComparison.Ordinal)); break;
            case "blame": rule.Blame = Word<BlameRule>(value.Replace("-", "", StringComparison.Ordinal)); break;
            case "family": rule.Family = value; break;
            case "skip": rule.Skip.AddRange(Words(value)); break;
            case "refines": rule.Refines.UnionWith(value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)); break;
            case "if-text": rule.IfText.Add(LinePattern.Parse(value, anchored: false)); break;
            case "if-function": rule.IfFunction.UnionWith(Words(value)); break;
            case "if-source": rule.IfSource.Add(value); break;
            case "corrupted": rule.Corrupted = value; break;
            default: throw new FormatException($"unknown field '{field}'");
        }
    }

    private static T Word<T>(string value) where T : struct, Enum =>
        Enum.TryParse<T>(value, ignoreCase: true, out var word) ? word : throw new FormatException($"'{value}' is no {typeof(T).Name}");

    public static Dictionary<string, FrameGroup> ReadFrames(TextReader reader)
    {
        var groups = new Dictionary<string, FrameGroup>(StringComparer.Ordinal);
        FrameGroup? group = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#' || line.StartsWith("version:", StringComparison.Ordinal))
            {
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                groups.Add(line[1..^1], group = new FrameGroup(line[1..^1]));
                continue;
            }

            if (group is null)
            {
                throw new FormatException($"frames.rules: names outside a group: {line}");
            }

            foreach (var word in Words(line))
            {
                group.Add(word);
            }
        }

        return groups;
    }

    private static string[] Words(string value) => value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
