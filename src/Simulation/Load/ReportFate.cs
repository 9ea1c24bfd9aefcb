namespace Mayday.Simulation.Load;

/// <summary>What a simulated network did to the lines that name a crash. If one is missing, the report cannot be named correctly. Where the
/// receiver cannot restore the order (basic netconsole has no record numbers), a line that arrives late or twice changes the report
/// too.</summary>
internal sealed class ReportFate(int signature, bool isNumbered)
{
    private uint _seen;
    private int _last = -1;
    private bool _isConfused;

    public int Signature => signature;

    /// <summary>The crash must be counted exactly once, under its own function.</summary>
    public bool IsCertain => _seen == (1u << OopsText.NamingLines.Length) - 1 && !_isConfused;

    public void Leave(int line)
    {
        var place = OopsText.NamingLines.IndexOf(line);
        if (place >= 0)
        {
            _isConfused |= !isNumbered && ((_seen & (1u << place)) != 0 || line < _last);
            _seen |= 1u << place;
        }

        _last = Math.Max(_last, line);
    }
}
