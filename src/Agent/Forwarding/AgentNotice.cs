using Mayday.Protocol;

namespace Mayday.Agent.Forwarding;

/// <summary>A message for the agent's operator.</summary>
/// <param name="Severity">The severity, in the levels of the journal and of syslog.</param>
/// <param name="Text">A sentence: what happened, what it means, what to do.</param>
public readonly record struct AgentNotice(Severity Severity, string Text);
