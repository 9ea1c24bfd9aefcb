using System.Diagnostics;

namespace Mayday.Store.Embedded;

/// <summary>Runs a program of the Postgres installation and waits for it to exit.</summary>
internal static class ServerCommand
{
    internal sealed record Output(int ExitCode, string Text);

    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="account">The user that runs it; null for the current user.</param>
    /// <param name="cancellation">Stops waiting and kills the program.</param>
    public static async Task<Output> RunAsync(string program, IReadOnlyList<string> arguments, ServerAccount? account, CancellationToken cancellation)
    {
        // A separate session: Ctrl-C in the terminal then reaches only Mayday, which stops the server after the last write.
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // The server's user may have no access to the current directory.
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
