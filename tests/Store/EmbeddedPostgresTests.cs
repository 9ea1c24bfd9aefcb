using System.Diagnostics;
using System.Globalization;
using Mayday.Store.Embedded;
using Npgsql;

namespace Mayday.Store.Tests;

/// <summary>The private server: started, stopped, killed and found again, as a person does it to a machine.</summary>
public sealed class EmbeddedPostgresTests : IDisposable
{
    // In /tmp itself: the user postgres has to be able to enter.
    private readonly string _directory = Path.Combine("/tmp", "mayday-embedded-" + Guid.NewGuid().ToString("N")[..8]);

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public async Task StartAsync_Again_KeepsWhatWasWritten()
    {
        await using (var first = await StartAsync())
        {
            Assert.False(first.WasTakenOver);
            await ExecuteAsync(first, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('yes')");
        }

        await using var second = await StartAsync();
        Assert.False(second.WasTakenOver);
        Assert.Equal("yes", await ScalarAsync(second, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task StartAsync_Always_ListensOnNoTcpPort()
    {
        await using var postgres = await StartAsync();
        Assert.Equal("", await ScalarAsync(postgres, "SELECT current_setting('listen_addresses')"));
        Assert.Equal("0700", await ScalarAsync(postgres, "SELECT current_setting('unix_socket_permissions')"));
        Assert.Equal("on", await ScalarAsync(postgres, "SELECT current_setting('fsync')"));
    }

    [Fact]
    public async Task StartAsync_Always_RunsInASessionOfItsOwn()
    {
        await using var postgres = await StartAsync();
        Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(postgres.ProcessId));
    }

    [Fact]
    public async Task DisposeAsync_Always_LeavesNoProcessAndNoSocket()
    {
        var postgres = await StartAsync();
        var process = postgres.ProcessId;
        var socketDirectory = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host!;
        Assert.True(Directory.Exists(socketDirectory));
        await postgres.DisposeAsync();
        await postgres.DisposeAsync();
        Assert.False(IsRunning(process));
        Assert.False(Directory.Exists(socketDirectory));
        Assert.False(File.Exists(Path.Combine(_directory, "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task StartAsync_WhileAnotherUsesTheDirectory_IsRefusedNamingIt()
    {
        await using var first = await StartAsync();
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);
        Assert.Contains("Another mayday", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        Assert.Equal("1", await ScalarAsync(first, "SELECT '1'"));
    }

    [Fact]
    public async Task StartAsync_ServerLeftRunningByAKilledMayday_IsTakenOver()
    {
        await (await StartAsync()).DisposeAsync();
        await StartServerAloneAsync();

        int process;
        await using (var postgres = await StartAsync())
        {
            Assert.True(postgres.WasTakenOver);
            Assert.Equal("1", await ScalarAsync(postgres, "SELECT '1'"));
            process = postgres.ProcessId;
        }

        Assert.False(IsRunning(process));
    }

    [Fact]
    public async Task StartAsync_ServerLeftRunningWithoutItsSocket_IsStartedAgain()
    {
        await (await StartAsync()).DisposeAsync();
        await StartServerAloneAsync();
        var left = int.Parse(File.ReadLines(Path.Combine(_directory, "postgres", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        var socketDirectory = File.ReadLines(Path.Combine(_directory, "postgres", "postmaster.pid")).ElementAt(4);
        Directory.Delete(socketDirectory, recursive: true);

        await using var postgres = await StartAsync();
        Assert.False(postgres.WasTakenOver);
        Assert.NotEqual(left, postgres.ProcessId);
        Assert.Equal("1", await ScalarAsync(postgres, "SELECT '1'"));
    }

    [Fact]
    public async Task StartAsync_AfterTheServerItselfWasKilled_Recovers()
    {
        var postgres = await StartAsync();
        await ExecuteAsync(postgres, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('yes')");
        Process.GetProcessById(postgres.ProcessId).Kill();
        await UntilGoneAsync(postgres.ProcessId);
        await postgres.DisposeAsync();
        Assert.True(File.Exists(Path.Combine(_directory, "postgres", "postmaster.pid")));

        await using var again = await StartAsync();
        Assert.Equal("yes", await ScalarAsync(again, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task StartAsync_StalePidFileWithAReusedNumber_IsNotMistakenForTheServer()
    {
        await (await StartAsync()).DisposeAsync();
        var file = Path.Combine(_directory, "postgres", "postmaster.pid");
        await File.WriteAllTextAsync(file, $"{Environment.ProcessId}\n{_directory}/postgres\n1700000000\n5432\n/nowhere\n\n  1 2\nready\n");

        await using var postgres = await StartAsync();
        Assert.False(postgres.WasTakenOver);
        Assert.Equal("1", await ScalarAsync(postgres, "SELECT '1'"));
    }

    [Fact]
    public async Task StartAsync_ClusterOfAnotherMajorVersion_IsRefusedWithTheRemedy()
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, "postgres", "PG_VERSION"), "9\n");
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);
        Assert.Contains("made by Postgres 9", refused.Message, StringComparison.Ordinal);
        Assert.Contains("pg_upgrade", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_DirectoryTheServersUserCannotEnter_IsRefusedNamingIt()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("only root runs the server as another user");
        }

        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var inside = Path.Combine(_directory, "deeper", "data");
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = inside }, logger: null, default));
        Assert.Contains($"cannot enter {_directory},", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"chmod o+x {_directory}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_NoServerInstalled_SaysWhatToInstall()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = _directory, BinaryDirectory = "/nowhere" }, logger: null, default));
        Assert.Contains("apt-get install postgresql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_SomethingElseInTheClustersPlace_IsLeftAlone()
    {
        var theirs = Path.Combine(_directory, "postgres", "photo.jpg");
        Directory.CreateDirectory(Path.GetDirectoryName(theirs)!);
        await File.WriteAllTextAsync(theirs, "mine");
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(theirs));
    }

    [Fact]
    public async Task StartAsync_MakingTheClusterWasInterrupted_StartsOver()
    {
        var half = Path.Combine(_directory, "postgres.new");
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(Path.Combine(half, "PG_VERSION"), "15\n");
        await using var postgres = await StartAsync();
        Assert.Equal("1", await ScalarAsync(postgres, "SELECT '1'"));
    }

    private Task<EmbeddedPostgres> StartAsync() =>
        EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = _directory }, logger: null, default);

    /// <summary>What a mayday that was killed with SIGKILL leaves: its server running, and nobody holding the lock.</summary>
    private async Task StartServerAloneAsync()
    {
        var cluster = Path.Combine(_directory, "postgres");
        var settings = await File.ReadAllLinesAsync(Path.Combine(cluster, "mayday.conf"));
        var socketDirectory = settings.First(line => line.StartsWith("unix_socket_directories", StringComparison.Ordinal)).Split('\'')[1];
        var account = await ServerAccount.FindAsync(default);
        account.MakePrivate(socketDirectory);
        var server = await ServerBinaries.FindAsync(null, null, cluster, default);
        var answer = await ServerCommand.RunAsync(server.PgCtl, ["start", "-D", cluster, "-l", Path.Combine(cluster, "alone.log"), "-w"], account, default);
        Assert.Equal(0, answer.ExitCode);
    }

    private static async Task UntilGoneAsync(int process)
    {
        while (IsRunning(process))
        {
            await Task.Yield();
        }
    }

    private static bool IsRunning(int process)
    {
        var stat = $"/proc/{process}/stat";
        try
        {
            // On its way out it has no working directory any more, for a moment before it is a zombie.
            return new DirectoryInfo($"/proc/{process}/cwd").LinkTarget is not null && !File.ReadAllText(stat).Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string SessionOf(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // Behind "pid (name)": state, parent, group, session.
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3];
    }

    private static async Task ExecuteAsync(EmbeddedPostgres postgres, string text) => await ScalarAsync(postgres, text);

    private static async Task<string?> ScalarAsync(EmbeddedPostgres postgres, string text)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(text, connection);
        return (string?)await command.ExecuteScalarAsync();
    }
}
