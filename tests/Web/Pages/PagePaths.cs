namespace Mayday.Web.Tests.Pages;

/// <summary>Every page there is, with usual and with hostile content.</summary>
internal static class PagePaths
{
    public static async Task<IReadOnlyList<string>> AllAsync(PagesFixture pages)
    {
        var (evil, _) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Function = "evil_fn" }, 0, 1, 10, CancellationToken.None);
        var (usual, _) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Function = "cm_null_read", Host = "web-0*" }, 0, 1, 10, CancellationToken.None);
        return
        [
            "/", "/crashes", "/crashes?kind=warning&q=x", "/bugs", "/hosts", "/ingest", "/events", "/event-formats", "/alerts", $"/crashes/{usual[0].Id}",
            $"/crashes/{evil[0].Id}", $"/bugs/{usual[0].BugId}", $"/bugs/{evil[0].BugId}", $"/hosts/{usual[0].HostId}", $"/hosts/{evil[0].HostId}",
            $"/crashes/{Guid.NewGuid()}", "/nothing/here",
        ];
    }
}
