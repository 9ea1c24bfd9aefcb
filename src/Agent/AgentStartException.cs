namespace Mayday.Agent;

/// <summary>The agent cannot start; the message says what happened and what to do.</summary>
public sealed class AgentStartException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="cause">The failure behind it.</param>
    public AgentStartException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
