using System.Collections.Concurrent;

namespace Mayday.Web.Live;

/// <summary>
/// Hands what a page read for its first, static rendering to the same page in its circuit a moment later: the content stays on the screen
/// instead of falling back to a skeleton, and is read once. It does not travel through the browser: a circuit's first message is limited to 32 KiB.
/// </summary>
public sealed class Handover(TimeProvider time)
{
    /// <summary>A circuit connects within a second or two; after that the reader deserves fresh figures.</summary>
    private static readonly TimeSpan s_validity = TimeSpan.FromSeconds(10);

    /// <summary>Pages opened at one moment; a crawler without a circuit never takes what was left for it.</summary>
    private const int Capacity = 64;

    private readonly ConcurrentDictionary<(Type, string), (object Value, DateTimeOffset At)> _left = new();

    public void Leave<T>(string key, T value) where T : notnull
    {
        var now = time.GetUtcNow();
        foreach (var (old, entry) in _left)
        {
            if (now - entry.At > s_validity)
            {
                _left.TryRemove(old, out _);
            }
        }

        if (_left.Count < Capacity)
        {
            _left[(typeof(T), key)] = (value, now);
        }
    }

    public bool TryTake<T>(string key, out T? value)
    {
        if (_left.TryRemove((typeof(T), key), out var entry) && time.GetUtcNow() - entry.At <= s_validity)
        {
            value = (T)entry.Value;
            return true;
        }

        value = default;
        return false;
    }
}
