using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mayday.Linux.Processes;
using Mayday.Store.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store.Embedded;

/// <summary>
/// A private Postgres for <c>mayday up</c> and for tests. Created on first use, reachable only through a Unix socket, stopped on dispose.
/// It runs in its own session and survives a killed Mayday process; the next start takes it over.
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "mayday";
    private const string User = "mayday";

    // Only part of the socket's name. There is no TCP port.
    private const int Port = 5432;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly EmbeddedPostgresOptions _options;
    private readonly string _clusterDirectory;
    private readonly ILogger _logger;
    private readonly DirectoryLock _lock;
    private bool _stopped;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, string dataDirectory, DirectoryLock directoryLock, ILogger logger)
    {
        _options = options;
        _clusterDirectory = Path.Combine(dataDirectory, "postgres");
        _lock = directoryLock;
        _logger = logger;
    }

    public string ConnectionString { get; private set; } = "";

    /// <summary>True if the server was already running, left behind by a killed Mayday process.</summary>
    public bool WasTakenOver { get; private set; }

    /// <summary>Major version of the server.</summary>
    public int Major { get; private set; }

    public int ProcessId { get; private set; }

    /// <summary>Starts the server of a data directory. Creates the database cluster first if there is none.</summary>
    /// <param name="options">The directory and the settings.</param>
    /// <param name="logger">Receives the steps at level information, for a person who waits.</param>
    /// <param name="cancellation">Cancels the start. A server that was already started is stopped.</param>
    /// <exception cref="EmbeddedPostgresException">The message says what happened, what it means and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger? logger, CancellationToken cancellation)
    {
        var dataDirectory = MakeDataDirectory(options.DataDirectory);
        var account = await ServerAccount.FindAsync(cancellation).ConfigureAwait(false);
        await account.CheckReachableAsync(dataDirectory, cancellation).ConfigureAwait(false);
        var postgres = new EmbeddedPostgres(options, dataDirectory, DirectoryLock.Take(dataDirectory), logger ?? NullLogger.Instance);
        try
        {
            await postgres.StartAsync(account, cancellation).ConfigureAwait(false);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// How to reach the server that runs in a data directory, for a second program next to <c>mayday up</c>. Null if none runs.
    /// </summary>
    public static string? FindRunning(string dataDirectory) =>
        Postmaster.Find(Path.Combine(Path.GetFullPath(dataDirectory), "postgres")) is { } running && File.Exists(SocketIn(running.SocketDirectory))
            ? ConnectionStringFor(running.SocketDirectory)
            : null;

    /// <summary>
    /// Stops the server: disconnects clients and writes everything in memory to disk. Returns when the server has exited.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        try
        {
            await StopAsync().ConfigureAwait(false);
            RemoveSocketDirectory();
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private async Task StartAsync(ServerAccount account, CancellationToken cancellation)
    {
        var server = await ServerBinaries.FindAsync(_options.BinaryDirectory, ClusterMajor(), _clusterDirectory, cancellation).ConfigureAwait(false);
        Major = server.Major;
        if (ClusterMajor() is null)
        {
            ClusterCreated(_logger, Major, _clusterDirectory);
            await InitializeAsync(server, account, cancellation).ConfigureAwait(false);
        }

        if (Postmaster.Find(_clusterDirectory) is { } running && await TryTakeOverAsync(running, cancellation).ConfigureAwait(false))
        {
            WasTakenOver = true;
            ServerTakenOver(_logger, ProcessId);
        }
        else
        {
            await LaunchAsync(server, account, cancellation).ConfigureAwait(false);
            ServerStarted(_logger, Major, ProcessId);
        }

        await CreateDatabaseAsync(cancellation).ConfigureAwait(false);
    }

    private int? ClusterMajor()
    {
        var file = Path.Combine(_clusterDirectory, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    private async Task InitializeAsync(ServerBinaries server, ServerAccount account, CancellationToken cancellation)
    {
        if (Directory.Exists(_clusterDirectory) && Directory.EnumerateFileSystemEntries(_clusterDirectory).Any())
        {
            throw new EmbeddedPostgresException(
                $"{_clusterDirectory} is not empty and contains no Postgres database. "
                    + "Move its content away, or choose another data directory (--data).");
        }

        // The cluster is created in a temporary directory and renamed when complete. A start that is killed leaves nothing that looks like
        // a database.
        var fresh = _clusterDirectory + ".new";
        if (Directory.Exists(fresh))
        {
            Directory.Delete(fresh, recursive: true);
        }

        account.MakePrivate(fresh);
        var answer = await ServerCommand.RunAsync(
            server.InitDb,
            // trust: only root and the server's own user can enter the private directory of the socket.
            ["-D", fresh, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"],
            account,
            cancellation).ConfigureAwait(false);
        if (answer.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"initdb could not create a database in {fresh}:\n{answer.Text}");
        }

        await File.AppendAllTextAsync(Path.Combine(fresh, "postgresql.conf"), $"\ninclude '{ServerSettings.FileName}'\n", cancellation).ConfigureAwait(false);
        if (Directory.Exists(_clusterDirectory))
        {
            Directory.Delete(_clusterDirectory);
        }

        Directory.Move(fresh, _clusterDirectory);
    }

    /// <summary>Waits for a server that a killed Mayday process left behind. It may be serving, recovering or shutting down.</summary>
    private async Task<bool> TryTakeOverAsync(Postmaster running, CancellationToken cancellation)
    {
        ProcessId = running.ProcessId;
        if (File.Exists(SocketIn(running.SocketDirectory)) && await WaitUntilReadyAsync(running, cancellation).ConfigureAwait(false))
        {
            ConnectionString = ConnectionStringFor(running.SocketDirectory);
            return true;
        }

        // Its socket was deleted, or it does not answer. It must be restarted to be reachable.
        await StopAsync().ConfigureAwait(false);
        return false;
    }

    private async Task LaunchAsync(ServerBinaries server, ServerAccount account, CancellationToken cancellation)
    {
        var socketDirectory = SocketDirectory();
        account.MakePrivate(socketDirectory);
        // No server runs in this directory (checked above). A stale pid file with a reused process id would prevent the start.
        File.Delete(Postmaster.FileOf(_clusterDirectory));
        File.Delete(SocketIn(socketDirectory));
        File.Delete(SocketIn(socketDirectory) + ".lock");
        await File.WriteAllTextAsync(
            Path.Combine(_clusterDirectory, ServerSettings.FileName), ServerSettings.Text(socketDirectory, _options.Settings), cancellation).ConfigureAwait(false);

        var log = Path.Combine(_clusterDirectory, "start.log");
        File.Delete(log);
        var seconds = ((int)_options.StartTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var answer = await ServerCommand.RunAsync(
            server.PgCtl, ["start", "-D", _clusterDirectory, "-l", log, "-w", "-t", seconds], account, cancellation).ConfigureAwait(false);
        if (Postmaster.Find(_clusterDirectory) is not { } postmaster)
        {
            throw new EmbeddedPostgresException($"Postgres did not start in {_clusterDirectory}: {answer.Text}\n{LastLines(log)}");
        }

        ProcessId = postmaster.ProcessId;
        ConnectionString = ConnectionStringFor(socketDirectory);
        if (answer.ExitCode != 0 && !await WaitUntilReadyAsync(postmaster, cancellation).ConfigureAwait(false))
        {
            throw new EmbeddedPostgresException($"Postgres started in {_clusterDirectory} but does not answer: {answer.Text}\n{LastLines(log)}");
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellation)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            using var exists = new NpgsqlCommand("SELECT count(*) FROM pg_database WHERE datname = $1", connection);
            Sql.Add(exists.Parameters, [Database]);
            if (await exists.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is 0L)
            {
                await Sql.ExecuteAsync(connection, null, $"CREATE DATABASE {Database}", [], cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> WaitUntilReadyAsync(Postmaster postmaster, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.StartTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStringFor(postmaster.SocketDirectory)) { Database = "postgres", Pooling = false };
        while (postmaster.RunsIn(_clusterDirectory))
        {
            try
            {
                var connection = new NpgsqlConnection(settings.ConnectionString);
                await using (connection.ConfigureAwait(false))
                {
                    await connection.OpenAsync(either.Token).ConfigureAwait(false);
                    return true;
                }
            }
            catch (NpgsqlException)
            {
                // 57P03 (cannot_connect_now): starting up, recovering or shutting down.
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(s_poll, cancellation).ConfigureAwait(false);
        }

        return false;
    }

    private async Task StopAsync()
    {
        if (Postmaster.Find(_clusterDirectory) is not { } postmaster)
        {
            return;
        }

        ServerStopping(_logger, postmaster.ProcessId);
        // SIGINT is a fast stop, SIGQUIT an immediate one that leaves the rest to recovery.
        if (!await EndAsync(postmaster, ProcessSignal.Interrupt).ConfigureAwait(false) && !await EndAsync(postmaster, ProcessSignal.Quit).ConfigureAwait(false))
        {
            throw new EmbeddedPostgresException(
                $"Postgres (process {postmaster.ProcessId}) in {_clusterDirectory} does not stop. "
                    + "Its data is safe. Stop the process manually when it is idle.");
        }
    }

    private async Task<bool> EndAsync(Postmaster postmaster, int signal)
    {
        try
        {
            if (!ProcessSignal.TrySend(postmaster.ProcessId, signal))
            {
                return true;
            }
        }
        catch (Win32Exception e)
        {
            throw new EmbeddedPostgresException($"Process {postmaster.ProcessId} cannot be signalled: {e.Message}.", e);
        }

        for (var waited = TimeSpan.Zero; waited < _options.StopTimeout; waited += s_poll)
        {
            if (!postmaster.RunsIn(_clusterDirectory))
            {
                return true;
            }

            await Task.Delay(s_poll).ConfigureAwait(false);
        }

        return false;
    }

    private static string MakeDataDirectory(string directory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        try
        {
            if (!Directory.Exists(path))
            {
                // Other users may pass through the directory (the database's user has to), but not list it.
                var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
                Directory.CreateDirectory(path, CurrentUser.IsRoot ? mode | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : mode);
            }

            // The server's pid file and working directory use the resolved path.
            return new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedPostgresException($"The data directory {path} cannot be created: {e.Message} Choose another one (--data).", e);
        }
    }

    /// <summary>
    /// The socket directory. Every start on one data directory uses the same one, so none are left over. The path is short because a socket
    /// path has at most 107 bytes.
    /// </summary>
    private string SocketDirectory()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_clusterDirectory)))[..12];
        var runtime = CurrentUser.IsRoot ? "/run" : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return runtime is { Length: > 0 and < 64 } && Directory.Exists(runtime)
            ? $"{runtime}/mayday-{hash}"
            : string.Create(CultureInfo.InvariantCulture, $"/tmp/mayday-{CurrentUser.Id}-{hash}");
    }

    private void RemoveSocketDirectory()
    {
        try
        {
            Directory.Delete(SocketDirectory());
        }
        catch (IOException)
        {
            // The directory is missing or not empty. The next start cleans it up.
        }
    }

    private static string SocketIn(string directory) => string.Create(CultureInfo.InvariantCulture, $"{directory}/.s.PGSQL.{Port}");

    private static string ConnectionStringFor(string socketDirectory) => new NpgsqlConnectionStringBuilder
    {
        Host = socketDirectory,
        Port = Port,
        Username = User,
        Database = Database,
        // Below max_connections in ServerSettings.
        MaxPoolSize = 20,
    }.ConnectionString;

    private static string LastLines(string log)
    {
        const int Lines = 12;
        return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(Lines)) : "";
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Information, Message = "Creating a Postgres {Major} database in {Directory}")]
    private static partial void ClusterCreated(ILogger logger, int major, string directory);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Information, Message = "Postgres {Major} started (process {ProcessId})")]
    private static partial void ServerStarted(ILogger logger, int major, int processId);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Information,
        Message = "Postgres was already running (process {ProcessId}), left by a killed mayday process; taking it over")]
    private static partial void ServerTakenOver(ILogger logger, int processId);

    [LoggerMessage(EventId = 3104, Level = LogLevel.Information, Message = "Stopping Postgres (process {ProcessId})")]
    private static partial void ServerStopping(ILogger logger, int processId);
}
