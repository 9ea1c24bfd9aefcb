namespace Mayday.Linux.Processes;

/// <summary>The user that this process acts as.</summary>
public static class CurrentUser
{
    public static uint Id => ProcessCalls.EffectiveUserId();

    public static bool IsRoot => Id == 0;
}
