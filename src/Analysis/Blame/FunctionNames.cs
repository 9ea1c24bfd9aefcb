namespace Mayday.Analysis.Blame;

/// <summary>One function, one name: entry points that differ only by architecture or calling convention are the same function.</summary>
internal static class FunctionNames
{
    private static readonly string[] s_sysPrefixes = ["__x64_", "__ia32_", "__arm64_", "__s390x_", "__s390_", "__riscv_", "__powerpc_", "__loongarch_", "__x32_", "__se_", "__ia32_compat_", "__x64_compat_"];

    private static readonly (string Prefix, string Name)[] s_families =
    [
        ("smp_call_function", "smp_call_function"), ("synchronize_rcu", "synchronize_rcu"), ("__synchronize_srcu", "synchronize_rcu"), ("synchronize_srcu", "synchronize_rcu"), ("synchronize_sched", "synchronize_rcu"),
    ];

    public static string Title(string function)
    {
        foreach (var (prefix, name) in s_families)
        {
            if (function.StartsWith(prefix, StringComparison.Ordinal))
            {
                return name;
            }
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
