namespace Mayday.Hosting.Settings;

/// <summary>Where a value came from.</summary>
public enum SettingOrigin
{
    Default,
    File,
    Environment,
    CommandLine,
}

/// <summary>A setting as the program would use it. Secrets are masked; null is "not set".</summary>
public sealed record EffectiveSetting(string Key, string? Value, SettingOrigin Origin);
