using System.Collections.Frozen;
using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Reports;

/// <summary>Classifies the lines of a report by how they begin. Covers the kernels of all architectures.</summary>
internal static class LineShapes
{
    private static readonly FrozenDictionary<char, string[]> s_known = Group(
        // common head
        "CPU:", "CPU ", "CPU", "Pid:", "PID:", "Comm:", "Process ", "Hardware name:", "Modules linked in:", "Tainted:", "Not tainted", "Workqueue:", "task:", "task.ti:", "Unloaded tainted modules:", "last unloaded:",
        "Kernel Offset:", "Rebooting in", "Kernel panic", "PHYS_OFFSET:", "Memory Limit:", "SMP: stopping", "SMP: failed", "Starting crashdump", "Bye!", "Kernel Offset", "CPU features:", "---[ ", "------------[ cut here", "note: ", "Dumping ftrace buffer",
        "(ftrace buffer empty)", "Kernel memory protection", "ACPI MEMORY or I/O RESET_REG", "BUG: using", "Fixing recursive fault",
        // x86
        "RIP", "EIP", "RSP", "ESP", "RAX", "RDX", "RBP", "R10", "R13", "R08", "EAX", "ESI", "EBX", "EDI", "FS:", "CS:", "DS:", "CR0", "CR2", "CR3", "DR0", "DR3", "DR6", "PKRU", "SS:ESP", "IP:", "PGD ", "P4D ", "PUD ", "PMD ", "PTE ", "*pde", "#PF", "Oops", "Code:", "Stack:", "ORIG_RAX",
        "EXCEPTION", "kernel tried to execute", "IDT:", "FPU", "Thread overran", "note:", "traps:", "<", "</", "? ",
        // arm, arm64
        "pc :", "lr :", "sp :", "pstate", "psr", "r10:", "r7 :", "r3 :", "ip :", "fp :", "x29", "x28", "x27", "x26", "x2", "x1", "x0", "x9", "x8", "x7", "x6", "x5", "x4", "x3", "PC is at", "LR is at", "Flags:", "Control:", "Table:", "Register r", "Mem abort info", "ESR =", "EC =", "SET =", "EA =", "FSC =", "Data abort info", "ISV =", "CM =", "GCS =", "swapper pgtable", "user pgtable", "pgd =", "[0", "[f", "[d", "[8", "Exception stack", "Backtrace:", "pmr_save", "Stack: (", "Call trace:", "Insufficient",
        "Task stack:", "IRQ stack:", "Overflow stack:", "Unable to handle",
        // powerpc, riscv, s390, loongarch, mips
        "NIP", "LR ", "LR:", "REGS:", "MSR:", "CFAR", "GPR", "TRAP", "DAR:", "DSISR", "LE PAGE_SIZE", "BE PAGE_SIZE", "Faulting instruction", "Instruction dump:", "epc", "ra :", "gp :", "t0 :", "t2 :", "s1 :", "a1 :", "a3 :", "a6 :", "s3 :", "s6 :", "s9 :", "t4 :", "t5 :", "status:", "scause", "badaddr", "cause:", "Krnl ", "Last Breaking", "INFO: lockdep is turned off", "R:0 T:", "Failing address", "Fault in ", "AS:", "ERA", "PRMD", "EUEN", "ECFG", "ESTAT", "BADV", "PRID", "pc 9", "tp 9", "a0 ", "a4 ", "t8 ", "s0 ", "s4 ", "$ ", "Hi ", "Lo ", "Cause :", "BadVA", "PrId", "Status", "TPC:", "TSTATE", "g0:", "g4:", "o0:", "o4:", "l0:", "l4:", "i0:", "i4:", "I7:", "IAOQ", "IIR", "YZrv", "GR",
        // checkers
        "Read of size", "Write of size", "Read at addr", "Write at addr", "The buggy address", "which belongs", "The buggy", "Memory state around", "page:", "flags:", "raw:", "page dumped", "page last", "page_owner", "page type", "head:", "memcg:", "anon flags", "mapping:", "aops:", "addr ", "this frame", "buffer is located", "Object at ", "Object ", "Redzone", "Right Redzone", "Padding", "Bytes b4", "FIX ", "Slab 0x", "INFO: Slab", "INFO: Object", "INFO: 0x", "Disabling lock", "allocated by task", "freed by task",
        ">", "==", "--", "unreferenced object", "comm ", "hex dump", "backtrace", "Bytes ", "Memory access of size", "Data copied", "Local variable", "Uninit was", "read to", "write to", "value changed", "Reported by", "race at", "kfence-#", "Use-after-free", "Out-of-bounds", "Invalid ", "Corrupted memory", "load of", "shift exponent", "index ", "signed integer", "member access", "kasan:", "KASAN:", "refcount_t:", "list_add", "list_del", "ODEBUG:", "usercopy:",
        // lockdep, stalls, hangs
        "#", "locks held", "1 lock held", "2 locks held", "no locks held", "Showing all locks", "other info", "Possible", "*** DEADLOCK", "lock(", "<Interrupt>", "-> #", "the existing", "but task", "but there", "which lock", "which became", "stack backtrace", "irq event", "hardirqs last", "softirqs last", "caller is", "in_atomic()", "preempt_count:", "Preemption disabled", "RCU nest depth", "{", "ops:", "... key", "... acquired", "last function", "rcu_scheduler_active", "RCU ", "(detected by", "(t=", "rcu:", "Sending NMI", "NMI backtrace", "All QSes", "Workqueue", "pool ", "pwq ", "workqueue ", "Showing busy", "Showing backtraces", "in-flight", "pending:", "delayed:", "\"echo 0", "INFO: task", "Future hung task", "CPU#", "turning off", "the code is fine", "you didn't", "this is a bug", "lock:", "owner", "Task dump", "Blocked by", "INFO: Freed", "INFO: Allocated", "Kernel: ", "cut here");

    private static readonly FrozenDictionary<char, (string Text, string Stack)[]> s_heads = ByFirst(
    [
        ("Call Trace", "task"), ("Call trace", "task"), ("Backtrace:", "task"), ("Call Backtrace", "task"), ("Stack trace", "task"), ("Trace:", "task"),
        ("Allocated by task", "alloc"), ("Freed by task", "free"), ("Allocated:", "alloc"), ("Freed:", "free"), ("freed by task", "free"), ("allocated by task", "alloc"),
        ("Allocated in ", "alloc"), ("Freed in ", "free"), ("INFO: Allocated in", "alloc"), ("INFO: Freed in", "free"), ("Freed by RCU", "free"),
        ("Last potentially related work creation", "work"), ("Second to last potentially related", "work"), ("Last call_rcu", "work"), ("Second to last call_rcu", "work"),
        ("Uninit was created at", "created"), ("Uninit was stored to memory at", "stored"), ("Local variable", "created"), ("Memory was marked as uninit", "created"),
        ("read to 0x", "access"), ("write to 0x", "access"), ("read-write to 0x", "access"), ("race at unknown origin", "access"), ("read (", "access"), ("write (", "access"), ("read-write (", "access"), ("assert no", "access"),
        ("-> #", "chain"), ("backtrace:", "leak"), ("backtrace (crc", "leak"), ("Preemption disabled at", "preempt"),
        ("page last allocated", "alloc"), ("page last free", "free"),
        ("Use-after-free", "access"), ("Out-of-bounds", "access"), ("Invalid read", "access"), ("Invalid write", "access"), ("Invalid free", "access"), ("Corrupted memory", "access"),
        ("NMI backtrace for cpu", "nmi"), ("rcu: RCU grace-period kthread stack dump", "kthread"), ("RCU grace-period kthread stack dump", "kthread"),
    ]);

    private static readonly string[] s_chains =
        ["state was registered at:", "which became ", "irq-safe at:", "irq-unsafe at:", "the dependencies between", "and the lock to be acquired"];

    public static ReportLine Shape(int start, int end, string text, bool inTrace)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.IsEmpty)
        {
            return new ReportLine(start, end, text, LineShape.Known, null, null);
        }

        var first = trimmed[0];
        if (first == '-' && trimmed.StartsWith("--- mayday: gap: ", StringComparison.Ordinal))
        {
            return new ReportLine(start, end, text, LineShape.Gap, null, null);
        }

        if (first == '-' && trimmed.StartsWith("---[ end trace", StringComparison.Ordinal))
        {
            return new ReportLine(start, end, text, LineShape.EndTrace, null, null);
        }

        if (StackOf(trimmed) is not null)
        {
            return new ReportLine(start, end, text, LineShape.TraceHead, null, null);
        }

        if (ProgramCounter.TryParse(trimmed, out var pc))
        {
            return new ReportLine(start, end, text, LineShape.ProgramCounter, pc, null);
        }

        var frameText = text.AsSpan();
        // " <IRQ>  [<ffffffff81>] f+0x1/0x2": old kernels print the mark in front of the first frame of the stack.
        if (first == '<' && trimmed.IndexOf('>') is > 1 and < 14 and var close && close + 2 < trimmed.Length && char.IsAsciiLetter(trimmed[1] is '/' or '<' ? trimmed[2] : trimmed[1]))
        {
            frameText = trimmed[(trimmed[close + 1] == '>' ? close + 2 : close + 1)..];
        }

        if (FrameLine.TryParse(frameText, "task", inTrace, out var frame, out var second))
        {
            return new ReportLine(start, end, text, LineShape.Frame, frame, second);
        }

        return new ReportLine(start, end, text, IsKnown(trimmed) ? LineShape.Known : LineShape.Unknown, null, null);
    }

    /// <summary>Returns the name of the stack that this line begins, or null if it begins none.</summary>
    public static string? StackOf(ReadOnlySpan<char> text)
    {
        if (s_heads.TryGetValue(text[0], out var heads))
        {
            foreach (var (head, stack) in heads)
            {
                if (text.StartsWith(head, StringComparison.Ordinal))
                {
                    return stack;
                }
            }
        }

        if (text.Length > 20 && (text[^1] == ':' || text[^1] == '{'))
        {
            if (text[^1] == ':' && text.IndexOf(" allocated by task", StringComparison.Ordinal) > 0 | text.IndexOf(" allocated ", StringComparison.Ordinal) > 0 && text.StartsWith("kfence", StringComparison.Ordinal))
            {
                return "alloc";
            }

            foreach (var chain in s_chains)
            {
                if (text.IndexOf(chain, StringComparison.Ordinal) >= 0)
                {
                    return "chain";
                }
            }
        }

        return null;
    }

    private static bool IsKnown(ReadOnlySpan<char> text)
    {
        if (s_known.TryGetValue(text[0], out var heads))
        {
            foreach (var head in heads)
            {
                if (text.StartsWith(head, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return IsHexDump(text) || text.IndexOf("}, at: ") > 0 || text.IndexOf("Tainted: ") >= 0 || text.IndexOf("Not tainted") >= 0;
    }

    /// <summary>Recognises words of 2 to 16 hex digits, as in dumps of stacks, registers and memory.</summary>
    private static bool IsHexDump(ReadOnlySpan<char> text)
    {
        var run = 0;
        var words = 0;
        for (var i = 0; i < text.Length && i < 60; i++)
        {
            var c = text[i];
            if (char.IsAsciiHexDigit(c))
            {
                run++;
            }
            else if (c is ' ' or ':' or '<' or '>')
            {
                if (run is 2 or 4 or 8 or 16)
                {
                    words++;
                }
                else if (run != 0)
                {
                    return false;
                }

                run = 0;
            }
            else
            {
                return words >= 4;
            }
        }

        return words >= 2;
    }

    private static FrozenDictionary<char, (string Text, string Stack)[]> ByFirst((string Text, string Stack)[] heads) =>
        heads.GroupBy(h => h.Text[0]).ToFrozenDictionary(g => g.Key, g => g.ToArray());

    private static FrozenDictionary<char, string[]> Group(params string[] heads) =>
        heads.GroupBy(h => h[0]).ToFrozenDictionary(g => g.Key, g => g.ToArray());
}
