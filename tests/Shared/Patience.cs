using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mayday.Tests.Shared;

/// <summary>Waits for what must become true, however loaded the machine is.</summary>
public static class Patience
{
    /// <summary>How long anything may take before a test says that it never will.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <summary>Returns once <paramref name="holds"/>; <paramref name="meanwhile"/> is done before each further look.</summary>
    /// <exception cref="TimeoutException">It did not, within <see cref="Bound"/>; the message says what.</exception>
    public static async Task UntilAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "", Action? meanwhile = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > Bound)
            {
                throw new TimeoutException($"still not so after {Bound.TotalSeconds:0} s: {what}");
            }

            meanwhile?.Invoke();
            await Task.Delay(5);
        }
    }
}
