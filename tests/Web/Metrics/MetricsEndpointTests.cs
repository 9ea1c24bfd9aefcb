using System.Net;

namespace Mayday.Web.Tests.Metrics;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Metrics_AreTextOfEveryMeter()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres, CollectorMeter.Add);
        await host.Client.PostAsync(new Uri("/api/v1/dumps", UriKind.Relative), null);

        var answer = await host.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        var families = PrometheusFormat.Read(await answer.Content.ReadAsStringAsync());

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("empty", families["mayday_web_dumps_refused_total"].Samples.Single().Labels["reason"]);
        Assert.Contains(families["mayday_collector_datagrams_rejected_total"].Samples, sample => sample.Labels["reason"] == "tooShort");
        Assert.Equal("histogram", families["mayday_collector_store_lag_seconds"].Type);
        Assert.Contains("http_server_request_duration_seconds", families.Keys);
        Assert.NotEmpty(families["dotnet_gc_collections_total"].Samples);
    }

    [Fact]
    public async Task Head_AnswersWithoutABody()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        using var request = new HttpRequestMessage(HttpMethod.Head, "/metrics");

        var answer = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }
}
