using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mayday.Web.Api.Ingest;

internal enum UploadOutcome
{
    Whole,
    TooLarge,
    Busy,
}

/// <summary>The body of one POST while the request lasts; gives its memory back to the budget at the end.</summary>
internal sealed class UploadedBody(IntakeBudget budget, int maxBytes) : IDisposable
{
    /// <summary>Grows with what arrives; small enough that an idle upload holds little.</summary>
    private const int SegmentBytes = 128 * 1024;

    private long _held;

    public byte[] Bytes { get; private set; } = [];

    public void Dispose()
    {
        budget.Return(_held);
        _held = 0;
    }

    public async Task<UploadOutcome> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > maxBytes)
        {
            return UploadOutcome.TooLarge;
        }

        // The limit is ours, with our words; the server's own (30 MB) is for requests that nobody thought about.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBytes + 1L;
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
                        return UploadOutcome.Busy;
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
                if (total > maxBytes)
                {
                    return UploadOutcome.TooLarge;
                }
            }

            Bytes = Join(segments, total);
            return UploadOutcome.Whole;
        }
        finally
        {
            segments.ForEach(segment => ArrayPool<byte>.Shared.Return(segment));
        }
    }

    private static byte[] Join(List<byte[]> segments, int total)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(total);
        for (var at = 0; at < total; at += SegmentBytes)
        {
            segments[at / SegmentBytes].AsSpan(0, Math.Min(SegmentBytes, total - at)).CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }
}
