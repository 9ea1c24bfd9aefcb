using System.Buffers;

namespace Mayday.Analysis.Blame;

/// <summary>Maps entry points that differ only by architecture or calling convention to one function name.</summary>
internal static class FunctionNames
{
    private const string Program = "bpf_prog_";

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly string[] s_sysPrefixes = ["__x64_", "__ia32_", "__arm64_", "__s390x_", "__s390_", "__riscv_", "__powerpc_", "__loongarch_", "__x32_", "__se_", "__ia32_compat_", "__x64_compat_"];

    // Variants of one function that differ only in what they wait for.
    private static readonly Dictionary<string, string> s_variants = new(StringComparer.Ordinal)
    {
        ["smp_call_function_single"] = "smp_call_function",
        ["smp_call_function_many"] = "smp_call_function",
        ["smp_call_function_many_cond"] = "smp_call_function",
        ["smp_call_function_any"] = "smp_call_function",
        ["generic_exec_single"] = "smp_call_function",
        ["synchronize_rcu_expedited"] = "synchronize_rcu",
        ["synchronize_rcu_normal"] = "synchronize_rcu",
        ["synchronize_sched"] = "synchronize_rcu",
        ["synchronize_sched_expedited"] = "synchronize_rcu",
        ["synchronize_rcu_bh"] = "synchronize_rcu",
        ["synchronize_srcu"] = "synchronize_rcu",
        ["synchronize_srcu_expedited"] = "synchronize_rcu",
        ["__synchronize_srcu"] = "synchronize_rcu",
    };

    public static string Title(string function)
    {
        // BPF programs are named after a hash of their instructions. The hash differs from build to build.
        if (function.StartsWith(Program, StringComparison.Ordinal) && function.Length >= Program.Length + 16 && !function.AsSpan(Program.Length, 16).ContainsAnyExcept(s_hexDigits))
        {
            return string.Concat(Program, "ADDR", function.AsSpan(Program.Length + 16));
        }

        if (s_variants.TryGetValue(function, out var common))
        {
            return common;
        }

        foreach (var prefix in s_sysPrefixes)
        {
            if (function.StartsWith(prefix, StringComparison.Ordinal) && function.AsSpan(prefix.Length).StartsWith("sys_", StringComparison.Ordinal))
            {
                return function[prefix.Length..];
            }
        }

        foreach (var prefix in (ReadOnlySpan<string>)["compat_SyS_", "SyS_", "SYSC_", "ksys_", "sys_"])
        {
            if (function.StartsWith(prefix, StringComparison.Ordinal) && function.Length > prefix.Length)
            {
                return function[prefix.Length..];
            }
        }

        return function;
    }
}
