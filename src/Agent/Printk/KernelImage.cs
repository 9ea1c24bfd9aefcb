using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace Mayday.Agent.Printk;

/// <summary>
/// Opens what a distribution ships as its kernel: a <c>vmlinuz</c> (x86 bzImage by its header, others by the magic of the compressed payload
/// inside), a <c>vmlinux</c>, or a module (<c>.ko</c>, also compressed), down to the ELF image. xz, zstd and lz4 are undone by the programs of
/// that name.
/// </summary>
public static class KernelImage
{
    // An uncompressed distribution kernel has 70 MB. One with debug information has a gigabyte and is not supported.
    private const long MostBytes = 1L << 30;

    private const int SetupSectorsOffset = 0x1f1;
    private const int HeaderOffset = 0x202;
    private const int PayloadOffset = 0x248;
    private const int PayloadLength = 0x24c;
    private const int SectorLength = 512;

    // The decompressor needs the size in advance; the kernel build appends it to the payload.
    private const int SizeLength = 4;

    private static readonly Compression[] s_compressions =
    [
        new("gzip", [0x1f, 0x8b, 0x08], null),
        new("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], ["xz", "-dc", "--single-stream"]),
        new("zstd", [0x28, 0xb5, 0x2f, 0xfd], ["zstd", "-dcq"]),
        new("lz4", [0x02, 0x21, 0x4c, 0x18], ["lz4", "-dc"]),
    ];

    /// <summary>Reads an image or module.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The ELF file inside.</returns>
    /// <exception cref="FormatException">It holds no ELF image, or in a compression that is not known; the message says what was found.</exception>
    /// <exception cref="IOException">It cannot be read, or the program that decompresses it is not installed.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        if (new FileInfo(path).Length > MostBytes)
        {
            throw new FormatException("larger than 1 GiB: a kernel with its debug information? Give the vmlinuz of the distribution");
        }

        var content = await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
        if (IsElf(content))
        {
            return content;
        }

        // The compressed file itself (module.ko.xz), the payload an x86 header names, or the first that looks like one.
        foreach (var (offset, length) in Payloads(content))
        {
            var payload = content.AsMemory(offset, length);
            if (CompressionOf(payload.Span) is not { } compression)
            {
                continue;
            }

            var image = await DecompressAsync(compression, payload, cancellation).ConfigureAwait(false);
            if (IsElf(image))
            {
                return image;
            }
        }

        throw new FormatException("no ELF image in it: not a kernel or module, or compressed in another way than gzip, xz, zstd or lz4");
    }

    private static bool IsElf(ReadOnlySpan<byte> content) => content.StartsWith("\x7f"u8) && content[1..].StartsWith("ELF"u8);

    private static IEnumerable<(int Offset, int Length)> Payloads(byte[] content)
    {
        if (CompressionOf(content) is not null)
        {
            yield return (0, content.Length);
        }

        if (TryReadPayload(content, out var offset, out var length))
        {
            yield return (offset, length);
        }

        foreach (var compression in s_compressions)
        {
            var found = content.AsSpan(1).IndexOf(compression.Magic);
            if (found >= 0)
            {
                yield return (found + 1, content.Length - found - 1);
            }
        }
    }

    // Documentation/arch/x86/boot.rst: payload_offset counts from the end of the setup sectors.
    private static bool TryReadPayload(ReadOnlySpan<byte> content, out int offset, out int length)
    {
        offset = length = 0;
        if (content.Length < PayloadLength + sizeof(uint) || !content[HeaderOffset..].StartsWith("HdrS"u8))
        {
            return false;
        }

        var sectors = content[SetupSectorsOffset] == 0 ? 4 : content[SetupSectorsOffset];
        var begin = (sectors + 1L) * SectorLength + BinaryPrimitives.ReadUInt32LittleEndian(content[PayloadOffset..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(content[PayloadLength..]) - (long)SizeLength;
        if (size <= 0 || begin + size > content.Length)
        {
            return false;
        }

        (offset, length) = ((int)begin, (int)size);
        return true;
    }

    private static Compression? CompressionOf(ReadOnlySpan<byte> payload)
    {
        foreach (var compression in s_compressions)
        {
            if (payload.StartsWith(compression.Magic))
            {
                return compression;
            }
        }

        return null;
    }

    private static async Task<byte[]> DecompressAsync(Compression compression, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        using var image = new MemoryStream();
        if (compression.Program is null)
        {
            using var zipped = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
            try
            {
                await CopyAsync(zipped, image, cancellation).ConfigureAwait(false);
            }
            catch (InvalidDataException)
            {
                // These bytes only look like the beginning of a payload.
            }

            return image.ToArray();
        }

        using var process = Start(compression);
        // The decompressor may stop reading at the end of its stream while padding is still being written.
        var feed = FeedAsync(process, payload, cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await CopyAsync(process.StandardOutput.BaseStream, image, cancellation).ConfigureAwait(false);
        await feed.ConfigureAwait(false);
        await errors.ConfigureAwait(false);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return image.ToArray();
    }

    private static Process Start(Compression compression)
    {
        var start = new ProcessStartInfo(compression.Program![0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in compression.Program[1..])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new IOException($"it is compressed with {compression.Name}, and the program {compression.Program[0]} cannot be started. Install it, then try again", missing);
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(payload, cancellation).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The decompressor has read everything that it needs.
        }
    }

    private static async Task CopyAsync(Stream from, MemoryStream to, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            if (to.Length + read > MostBytes)
            {
                throw new FormatException("more than 1 GiB when decompressed");
            }

            to.Write(buffer, 0, read);
        }
    }

    private sealed record Compression(string Name, byte[] Magic, string[]? Program);
}
