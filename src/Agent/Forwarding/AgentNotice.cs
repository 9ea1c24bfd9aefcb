using Mayday.Protocol;

namespace Mayday.Agent.Forwarding;

/// <summary>Something the agent's operator should know.</summary>
/// <param name="Severity">How grave; the journal's and syslog's levels.</param>
/// <param name="Text">A sentence: what happened, what it means, what to do.</param>
public readonly record struct AgentNotice(Severity Severity, string Text);
