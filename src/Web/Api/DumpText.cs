using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mayday.Web.Api;

/// <summary>Why a body was not taken. Each is counted (docs/api.md names the answer of each).</summary>
internal enum DumpRefusal
{
    None,
    CrossSite,
    InvalidParameter,
    UnsupportedType,
    Encoded,
    Binary,
    Empty,
    TooLarge,
    Busy,
    NotStored,
}

/// <summary>The text of one POST while the request lasts; gives its memory back to the budget at the end.</summary>
internal sealed class DumpText(IntakeBudget budget) : IDisposable
{
    /// <summary>A printk buffer is at most 2 GiB by configuration but 16 MiB on the largest machines we know of; four times that.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Grows with what arrives; small enough that an idle upload holds little.</summary>
    private const int SegmentBytes = 128 * 1024;

    private long _held;

    public byte[] Bytes { get; private set; } = [];

    public void Dispose()
    {
        budget.Return(_held);
        _held = 0;
    }

    public async Task<DumpRefusal> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaxBytes)
        {
            return DumpRefusal.TooLarge;
        }

        // The limit is ours, with our words; the server's own (30 MB) is for requests that nobody thought about.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBytes + 1L;
        }

        List<byte[]> segments = [];
        var total = 0;
        var last = 0;
        try
        {
            while (true)
            {
                if (segments.Count == 0 || last == SegmentBytes)
                {
                    if (!budget.TryTake(SegmentBytes))
                    {
                        return DumpRefusal.Busy;
                    }

                    _held += SegmentBytes;
                    segments.Add(ArrayPool<byte>.Shared.Rent(SegmentBytes));
                    last = 0;
                }

                var read = await request.Body.ReadAsync(segments[^1].AsMemory(last, SegmentBytes - last), cancellation);
                if (read == 0)
                {
                    break;
                }

                last += read;
                total += read;
                if (total > MaxBytes)
                {
                    return DumpRefusal.TooLarge;
                }
            }

            Bytes = Join(segments, total);
            return RefusalOf(Bytes);
        }
        finally
        {
            segments.ForEach(segment => ArrayPool<byte>.Shared.Return(segment));
        }
    }

    /// <summary>Text, or no type said, or the type that `curl --data-binary` says of anything.</summary>
    public static bool IsTextType(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.IsEmpty
            || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Files that people send by mistake instead of the log in them; everything else is taken as it is, whatever bytes it holds.</summary>
    internal static DumpRefusal RefusalOf(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAnyExcept(" \t\r\n\0"u8) < 0)
        {
            return DumpRefusal.Empty;
        }

        return text.StartsWith("\u007fELF"u8) || text.StartsWith("KDUMP   "u8) || text.StartsWith("makedumpfile"u8)
            || text is [0x1f, 0x8b, 8, ..] or [0x28, 0xb5, 0x2f, 0xfd, ..] or [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..]
            || text.StartsWith("BZh9"u8)
            ? DumpRefusal.Binary
            : DumpRefusal.None;
    }

    private static byte[] Join(List<byte[]> segments, int total)
    {
        var text = GC.AllocateUninitializedArray<byte>(total);
        for (var at = 0; at < total; at += SegmentBytes)
        {
            segments[at / SegmentBytes].AsSpan(0, Math.Min(SegmentBytes, total - at)).CopyTo(text.AsSpan(at));
        }

        return text;
    }
}
