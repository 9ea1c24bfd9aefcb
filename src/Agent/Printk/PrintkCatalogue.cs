using System.Buffers.Binary;
using System.Text;
using Mayday.Protocol;

namespace Mayday.Agent.Printk;

/// <summary>Builds a catalogue of printk formats for kernels without an index, from the strings in the image: those with a level mark
/// (<c>\001</c> and a digit, or c), and sentences that end in a line feed, which dev_printk and similar functions print at a level of their
/// own. Their source line and function are unknown.</summary>
public static class PrintkCatalogue
{
    // vsnprintf's buffer holds 1024; a longer string is a table or a document.
    private const int MostLength = 1024;

    // Formats with fewer letters ("%d\n") are used for files in /sys, not for the log.
    private const int LeastLetters = 6;

    private const int SectionProgBits = 1;
    private const ulong FlagAllocated = 0x2;
    private const ulong FlagExecutable = 0x4;

    /// <summary>Takes the formats out of an ELF file.</summary>
    /// <param name="image">The whole file (<see cref="KernelImage"/>), 32 or 64 bits, either byte order.</param>
    /// <param name="module">Name for <see cref="PrintkEntry.Module"/>: <c>vmlinux</c>, or the module's.</param>
    /// <returns>Each string once, in their order; none for bytes that are no ELF file.</returns>
    public static IReadOnlyList<PrintkEntry> Read(ReadOnlySpan<byte> image, string module)
    {
        var entries = new List<PrintkEntry>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (offset, length, holdsStrings) in Sections(image))
        {
            Scan(image.Slice(offset, length), holdsStrings, module, known, entries);
        }

        return entries;
    }

    /// <summary>Writes entries in the form of an index, module after module.</summary>
    /// <param name="entries">What to write.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(IEnumerable<PrintkEntry> entries, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(PrintkIndex.Header + "\n");
        string? module = null;
        foreach (var entry in entries)
        {
            if (entry.Module != module)
            {
                writer.Write($"{PrintkIndex.ModuleMark}{module = entry.Module}\n");
            }

            writer.Write(entry.ToString() + "\n");
        }
    }

    private static void Scan(ReadOnlySpan<byte> section, bool holdsStrings, string module, HashSet<string> known, List<PrintkEntry> entries)
    {
        while (!section.IsEmpty)
        {
            var end = section.IndexOf((byte)0);
            var text = end < 0 ? section : section[..end];
            section = end < 0 ? default : section[(end + 1)..];
            if (text.Length is < 4 or > MostLength)
            {
                continue;
            }

            var isMarked = text[0] == 1 && text[1] is (>= (byte)'0' and <= (byte)'7') or (byte)'c';
            if (!isMarked && (!holdsStrings || text[^1] != '\n'))
            {
                continue;
            }

            var format = isMarked ? text[2..] : text;
            if (format.ContainsAnyExceptInRange((byte)'\t', (byte)'~') || !IsText(format) || (!isMarked && Letters(format) < LeastLetters))
            {
                continue;
            }

            var mark = isMarked ? (char)text[1] : ' ';
            var words = Encoding.ASCII.GetString(format);
            if (!known.Add(mark + words))
            {
                continue;
            }

            entries.Add(new PrintkEntry
            {
                Level = char.IsAsciiDigit(mark) ? (Severity)(mark - '0') : null,
                IsContinuation = mark == 'c',
                Module = module,
                File = module,
                Function = "-",
                Format = words,
            });
        }
    }

    // Tables of numbers may begin with \001 too.
    private static bool IsText(ReadOnlySpan<byte> format)
    {
        foreach (var letter in format)
        {
            if (letter < ' ' && letter is not ((byte)'\n' or (byte)'\t'))
            {
                return false;
            }
        }

        return true;
    }

    private static int Letters(ReadOnlySpan<byte> format)
    {
        var letters = 0;
        foreach (var letter in format)
        {
            letters += char.IsAsciiLetter((char)letter) ? 1 : 0;
        }

        return letters;
    }

    // Elf64_Ehdr: e_shoff at 0x28, e_shentsize 0x3a, e_shnum 0x3c, e_shstrndx 0x3e; Elf32_Ehdr: 0x20, 0x2e, 0x30, 0x32.
    private static List<(int Offset, int Length, bool HoldsStrings)> Sections(ReadOnlySpan<byte> image)
    {
        var sections = new List<(int, int, bool)>();
        if (image.Length < 64 || !image[1..].StartsWith("ELF"u8))
        {
            return sections;
        }

        var reader = new ElfReader(image);
        var table = reader.Word(reader.Is64 ? 0x28u : 0x20u);
        var size = reader.Half(reader.Is64 ? 0x3au : 0x2eu);
        var count = reader.Half(reader.Is64 ? 0x3cu : 0x30u);
        var names = Section(reader, table, size, reader.Half(reader.Is64 ? 0x3eu : 0x32u));
        for (var i = 0; i < count; i++)
        {
            var section = Section(reader, table, size, i);
            if (section.Type != SectionProgBits || (section.Flags & FlagAllocated) == 0 || (section.Flags & FlagExecutable) != 0
                || section.Offset > (ulong)image.Length || section.Length > (ulong)image.Length - section.Offset)
            {
                continue;
            }

            sections.Add(((int)section.Offset, (int)section.Length, reader.NameAt(names.Offset + section.Name).StartsWith(".rodata"u8)));
        }

        return sections;
    }

    // Elf64_Shdr: name 0, type 4, flags 8, addr 16, offset 24, size 32; Elf32_Shdr: 0, 4, 8, 12, 16, 20.
    private static (uint Name, uint Type, ulong Flags, ulong Offset, ulong Length) Section(ElfReader reader, ulong table, int size, int index)
    {
        var at = table + (ulong)size * (ulong)index;
        return reader.Is64
            ? (reader.Int(at), reader.Int(at + 4), reader.Word(at + 8), reader.Word(at + 24), reader.Word(at + 32))
            : (reader.Int(at), reader.Int(at + 4), reader.Word(at + 8), reader.Word(at + 16), reader.Word(at + 20));
    }

    /// <summary>Fields of an ELF file; what lies outside reads as 0.</summary>
    private readonly ref struct ElfReader(ReadOnlySpan<byte> image)
    {
        private readonly ReadOnlySpan<byte> _image = image;

        public bool Is64 => _image[4] == 2;

        private bool IsBig => _image[5] == 2;

        public int Half(ulong at) => Has(at, 2) ? IsBig ? BinaryPrimitives.ReadUInt16BigEndian(_image[(int)at..]) : BinaryPrimitives.ReadUInt16LittleEndian(_image[(int)at..]) : 0;

        public uint Int(ulong at) => Has(at, 4) ? IsBig ? BinaryPrimitives.ReadUInt32BigEndian(_image[(int)at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_image[(int)at..]) : 0;

        public ulong Word(ulong at) =>
            !Is64 ? Int(at) : !Has(at, 8) ? 0
            : IsBig ? BinaryPrimitives.ReadUInt64BigEndian(_image[(int)at..]) : BinaryPrimitives.ReadUInt64LittleEndian(_image[(int)at..]);

        public ReadOnlySpan<byte> NameAt(ulong at) => Has(at, 1) ? _image[(int)at..] : default;

        private bool Has(ulong at, int length) => at <= (ulong)_image.Length && (ulong)_image.Length - at >= (ulong)length;
    }
}
