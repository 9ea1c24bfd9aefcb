namespace Mayday.Simulation.Links;

/// <summary>How bad a simulated network is: probabilities for each datagram, 0 to 1.</summary>
/// <param name="Loss">The datagram is lost.</param>
/// <param name="Reorder">It is overtaken by one to eight later ones.</param>
/// <param name="Duplicate">It is sent twice.</param>
public readonly record struct Impairment(double Loss, double Reorder, double Duplicate);

/// <summary>A simulated network that loses, reorders and duplicates datagrams, repeatable by its seed. A state machine without I/O or
/// clock: put a datagram in, take out what leaves now. It holds back at most eight datagrams.</summary>
/// <typeparam name="T">What represents a datagram: its bytes, or what they are made from when it leaves.</typeparam>
public sealed class ImpairedLink<T>(Impairment impairment, SeededNumbers numbers)
{
    // Receivers restore the order within this distance; a datagram that is further back counts as lost.
    private const int MaxOvertaking = 8;

    private readonly List<(T Datagram, int Overtaking)> _held = [];

    /// <summary>Datagrams lost so far.</summary>
    public long Lost { get; private set; }

    /// <summary>Datagrams held back so far.</summary>
    public long Reordered { get; private set; }

    /// <summary>Datagrams doubled so far; each of them left twice.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Puts a datagram in.</summary>
    /// <param name="datagram">The datagram; kept as it is while held back.</param>
    /// <param name="leaving">Receives what leaves now, in order.</param>
    public void Send(T datagram, Queue<T> leaving)
    {
        ArgumentNullException.ThrowIfNull(leaving);

        // Four random numbers for every datagram, used or not, so that the fate of one does not depend on that of the others.
        var isLost = numbers.Chance(impairment.Loss);
        var isDoubled = numbers.Chance(impairment.Duplicate);
        var isHeld = numbers.Chance(impairment.Reorder);
        var overtaking = 1 + numbers.Below(MaxOvertaking);

        if (isLost)
        {
            Lost++;
        }
        else if (isHeld && _held.Count < MaxOvertaking)
        {
            Reordered++;
            _held.Add((datagram, overtaking + 1));
            if (isDoubled)
            {
                Leave(datagram, leaving);
            }
        }
        else
        {
            leaving.Enqueue(datagram);
            if (isDoubled)
            {
                Leave(datagram, leaving);
            }
        }

        for (var i = 0; i < _held.Count;)
        {
            var (held, left) = _held[i];
            if (left > 1)
            {
                _held[i++] = (held, left - 1);
                continue;
            }

            leaving.Enqueue(held);
            _held.RemoveAt(i);
        }
    }

    /// <summary>Lets go of everything held back: the end of the log.</summary>
    /// <param name="leaving">Receives it, in order.</param>
    public void Flush(Queue<T> leaving)
    {
        ArgumentNullException.ThrowIfNull(leaving);
        foreach (var (datagram, _) in _held)
        {
            leaving.Enqueue(datagram);
        }

        _held.Clear();
    }

    private void Leave(T datagram, Queue<T> leaving)
    {
        Duplicated++;
        leaving.Enqueue(datagram);
    }
}
