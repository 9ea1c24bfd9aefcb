using Mayday.Web.Api.Ingest;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web.Api.Dumps;

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

    private readonly UploadedBody _body = new(budget, MaxBytes);

    public byte[] Bytes => _body.Bytes;

    public void Dispose() => _body.Dispose();

    public async Task<DumpRefusal> ReadAsync(HttpRequest request, CancellationToken cancellation) => await _body.ReadAsync(request, cancellation) switch
    {
        UploadOutcome.TooLarge => DumpRefusal.TooLarge,
        UploadOutcome.Busy => DumpRefusal.Busy,
        _ => RefusalOf(Bytes),
    };

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
}
