using System.Diagnostics;

namespace Mayday.Store.Embedded;

/// <summary>Runs a program of the Postgres installation to its end.</summary>
internal static class ServerCommand
{
    internal sealed record Output(int ExitCode, string Text);

    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="account">Who runs it; null: we do.</param>
    /// <param name="cancellation">Given up waiting; the program is killed.</param>
    public static async Task<Output> RunAsync(string program, IReadOnlyList<string> arguments, ServerAccount? account, CancellationToken cancellation)
    {
        // A session of its own: Ctrl-C in the terminal is for mayday, which then stops the server when the last write is done.
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // The server's user may not be able to enter ours.
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.ArgumentList.Add("--wait");
        foreach (var word in account?.Prefix ?? [])
        {
            start.ArgumentList.Add(word);
        }

        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new EmbeddedPostgresException($"{program} could not be started.");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return new Output(process.ExitCode, (await output.ConfigureAwait(false) + await error.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
