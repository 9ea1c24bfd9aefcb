using System.Net;

namespace Mayday.System.Tests;

/// <summary>What a published program serves to a browser: publish succeeds without a word even where a file is missing.</summary>
public sealed class PublishedFilesTests
{
    [Fact]
    public async Task BlazorScript_OfThePublishedProgram_IsServedWholeAndCompressed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        await using var mayday = await RunningMayday.StartAsync(data, cancellation);
        using var handler = new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(handler) { BaseAddress = mayday.Page };

        var plain = await client.GetByteArrayAsync("_framework/blazor.web.js", cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "_framework/blazor.web.js");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br");
        using var compressed = await client.SendAsync(request, cancellation);

        Assert.True(plain.Length > 100_000, $"blazor.web.js has {plain.Length} bytes");
        Assert.Equal("br", Assert.Single(compressed.Content.Headers.ContentEncoding));
        Assert.InRange((await compressed.Content.ReadAsByteArrayAsync(cancellation)).Length, 10_000, plain.Length / 3);
        await mayday.InterruptAsync(cancellation);
        Directory.Delete(data, recursive: true);
    }
}
