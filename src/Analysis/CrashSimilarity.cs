using Mayday.Analysis.Rules;

namespace Mayday.Analysis;

/// <summary>
/// Measures how similar two crashes are, from 0 (nothing in common) to 1. Used to suggest that two bugs are one. Pure and symmetric.
/// </summary>
public static class CrashSimilarity
{
    // Deeper frames are the entry into the kernel, which is the same for all crashes.
    private const int Depth = 14;

    // Weight of each frame relative to the frame above it. The cause is usually near the top of the stack.
    private const double Fade = 0.85;

    // Stacks say most. The guilty function is only one frame of a stack, and the crash kind is coarse.
    private const double StackShare = 0.7;
    private const double FunctionShare = 0.2;

    public static double Score(CrashReport a, CrashReport b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Score(a.Kind, a.Class, a.Function, a.Frames, b.Kind, b.Class, b.Function, b.Frames);
    }

    public static double Score(
        CrashKind kindA, CrashClass classA, string? functionA, IReadOnlyList<StackFrame> framesA,
        CrashKind kindB, CrashClass classB, string? functionB, IReadOnlyList<StackFrame> framesB)
    {
        ArgumentNullException.ThrowIfNull(framesA);
        ArgumentNullException.ThrowIfNull(framesB);
        var kind = kindA == kindB ? 1.0 : classA == classB || IsBadMemory(classA) && IsBadMemory(classB) ? 0.6 : 0.0;
        var function = functionA is not null && functionA == functionB ? 1.0 : 0.0;
        var weightsA = Weights(framesA);
        var weightsB = Weights(framesB);
        double common = 0, all = 0;
        foreach (var (name, weight) in weightsA)
        {
            var other = weightsB.GetValueOrDefault(name);
            common += Math.Min(weight, other);
            all += Math.Max(weight, other);
        }

        foreach (var (name, weight) in weightsB)
        {
            if (!weightsA.ContainsKey(name))
            {
                all += weight;
            }
        }

        var stack = all > 0 ? common / all : function;
        return StackShare * stack + FunctionShare * function + (1 - StackShare - FunctionShare) * kind;
    }

    private static bool IsBadMemory(CrashClass value) => value is CrashClass.BadAccess or CrashClass.MemorySafety;

    private static Dictionary<string, double> Weights(IReadOnlyList<StackFrame> frames)
    {
        var report = RuleBook.Default.Frames("report");
        var entry = RuleBook.Default.Frames("entry");
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        var weight = 1.0;
        foreach (var frame in frames)
        {
            if (!frame.IsReliable || frame.Stack is "alloc" or "free" or "work" or "created" or "stored" or "chain" or "kthread"
                || frame.Function.StartsWith("0x", StringComparison.Ordinal) || report.Contains(frame.Function) || entry.Contains(frame.Function))
            {
                continue;
            }

            if (weights.TryAdd(frame.Module is null ? frame.Function : $"{frame.Module}:{frame.Function}", weight))
            {
                weight *= Fade;
                if (weights.Count == Depth)
                {
                    break;
                }
            }
        }

        return weights;
    }
}
