namespace Mayday.System.Tests;

/// <summary>Places in the checkout that the system tests run against.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Wrapper => Path.Combine(Root, "mayday");

    /// <summary>What the wrapper builds and becomes. A test that has started it once goes on with this: the wrapper would build again when a source changes meanwhile.</summary>
    public static string Program => Path.Combine(Root, "artifacts", "app", "mayday");

    public static string Kernel => Path.Combine(Root, "artifacts", "kernel");

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Mayday.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The system tests run from inside a checkout: no Mayday.slnx above " + AppContext.BaseDirectory);
    }
}
