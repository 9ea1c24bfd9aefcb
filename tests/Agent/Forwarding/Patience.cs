namespace Mayday.Agent.Tests.Forwarding;

/// <summary>Waits for what must become true, however loaded the machine is.</summary>
internal static class Patience
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    public static async Task UntilAsync(Func<bool> condition, string what, Action? meanwhile = null)
    {
        var limit = DateTime.UtcNow + Bound;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < limit, "still not so: " + what);
            meanwhile?.Invoke();
            await Task.Delay(2);
        }
    }
}
