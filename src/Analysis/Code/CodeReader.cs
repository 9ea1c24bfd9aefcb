using System.Globalization;
using Iced.Intel;

namespace Mayday.Analysis.Code;

/// <summary>Disassembles the bytes of a "Code:" line and notes the register values that the faulting instruction used.</summary>
internal static class CodeReader
{
    // The kernel prints 64 bytes; more than this is not a Code: line.
    private const int MaxBytes = 256;

    public static CodeDump Read(string text, IReadOnlyList<RegisterValue> registers, int? pcOffset)
    {
        var bitness = registers.Any(r => r.Name is "RAX" or "RSP") ? 64 : registers.Any(r => r.Name is "EAX" or "ESP") ? 32 : 0;
        if (bitness == 0 || !TryParse(text, out var bytes, out var fault))
        {
            return new CodeDump(text, []);
        }

        var values = new Dictionary<string, ulong>(StringComparer.OrdinalIgnoreCase);
        foreach (var register in registers)
        {
            if (ulong.TryParse(register.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
            {
                values[register.Name] = value;
            }
        }

        // Addresses count from the start of the function, as in the trace.
        var origin = (ulong)(pcOffset ?? 0) - (ulong)fault;
        var instructions = new List<CodeInstruction>();
        Decode(bytes, Start(bytes, fault, bitness), fault, bitness, origin, fault, values, instructions);
        Decode(bytes, fault, bytes.Length, bitness, origin, fault, values, instructions);
        return new CodeDump(text, instructions);
    }

    private static bool TryParse(string text, out byte[] bytes, out int fault)
    {
        var result = new List<byte>();
        fault = -1;
        foreach (var range in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan()[range];
            if (word.Length >= 4 && word[0] is '<' or '(' && word[^1] is '>' or ')')
            {
                fault = result.Count;
                word = word[1..^1];
            }

            if (word.Length != 2 || !byte.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || result.Count == MaxBytes)
            {
                if (word.IsEmpty)
                {
                    continue;
                }

                break;   // the line was cut in the middle of a byte
            }

            result.Add(value);
        }

        bytes = [.. result];
        return fault >= 0 && fault < bytes.Length;
    }

    /// <summary>
    /// Finds the offset where the listing starts. x86 instructions cannot be decoded backwards, so this is the first offset from which
    /// everything decodes and one instruction starts exactly at the fault.
    /// </summary>
    private static int Start(byte[] bytes, int fault, int bitness)
    {
        for (var start = 0; start < fault; start++)
        {
            var decoder = Decoder.Create(bitness, new ByteArrayCodeReader(bytes, start, fault - start));
            var valid = true;
            var at = start;
            while (at < fault)
            {
                var instruction = decoder.Decode();
                if (instruction.IsInvalid)
                {
                    valid = false;
                    break;
                }

                at += instruction.Length;
            }

            if (valid && at == fault)
            {
                return start;
            }
        }

        return fault;
    }

    private static void Decode(
        byte[] bytes, int from, int to, int bitness, ulong origin, int fault, Dictionary<string, ulong> values, List<CodeInstruction> instructions)
    {
        var decoder = Decoder.Create(bitness, new ByteArrayCodeReader(bytes, from, to - from));
        var formatter = new IntelFormatter();
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = null;
        formatter.Options.SpaceAfterOperandSeparator = true;
        var output = new StringOutput();
        var at = from;
        while (at < to)
        {
            decoder.IP = origin + (ulong)at;
            var instruction = decoder.Decode();
            if (instruction.IsInvalid || instruction.Length == 0)
            {
                break;
            }

            formatter.Format(instruction, output);
            instructions.Add(new CodeInstruction(
                Spaced(bytes.AsSpan(at, instruction.Length)),
                output.ToStringAndReset(),
                at == fault,
                at == fault ? Note(instruction, values) : null));
            at += instruction.Length;
        }
    }

    private static string Spaced(ReadOnlySpan<byte> bytes) => string.Join(" ", bytes.ToArray().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>The values behind the operands of the faulting instruction, such as "RDI = 0 → address 0x18".</summary>
    private static string? Note(in Instruction instruction, Dictionary<string, ulong> values)
    {
        var parts = new List<string>();
        void Say(Register register)
        {
            var name = register.GetFullRegister() is var full && values.ContainsKey(full.ToString()) ? full.ToString() : register.GetFullRegister32().ToString();
            if (register != Register.None && register is not (Register.RIP or Register.EIP) && values.TryGetValue(name, out var value))
            {
                var text = $"{name.ToUpperInvariant()} = 0x{value:x}";
                if (!parts.Contains(text))
                {
                    parts.Add(text);
                }
            }
        }

        for (var i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) == OpKind.Register && !instruction.GetOpRegister(i).IsSegmentRegister())
            {
                Say(instruction.GetOpRegister(i));
            }
        }

        if (instruction.MemoryBase != Register.None || instruction.MemoryIndex != Register.None)
        {
            Say(instruction.MemoryBase);
            Say(instruction.MemoryIndex);
            if (instruction.MemoryBase is not (Register.RIP or Register.EIP) && !HasSegment(instruction)
                && TryValue(instruction.MemoryBase, values, out var start) && TryValue(instruction.MemoryIndex, values, out var index))
            {
                var address = start + index * (ulong)instruction.MemoryIndexScale + instruction.MemoryDisplacement64;
                if (instruction.MemoryBase.IsGPR32() || instruction.MemoryIndex.IsGPR32())
                {
                    address &= uint.MaxValue;
                }

                parts.Add($"address 0x{address:x}");
            }
        }

        return parts.Count == 0 ? null : string.Join(", ", parts);
    }

    private static bool HasSegment(in Instruction instruction) => instruction.SegmentPrefix is Register.FS or Register.GS;

    private static bool TryValue(Register register, Dictionary<string, ulong> values, out ulong value)
    {
        value = 0;
        return register == Register.None || values.TryGetValue(register.GetFullRegister().ToString(), out value)
            || values.TryGetValue(register.GetFullRegister32().ToString(), out value);
    }
}
