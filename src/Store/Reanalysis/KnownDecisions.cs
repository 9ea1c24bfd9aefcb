using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>The decisions about the old and new signatures of a rewrite.</summary>
internal sealed class KnownDecisions
{
    private readonly Dictionary<string, (Guid Bug, bool ByPerson)> _bugs = new(StringComparer.Ordinal);

    public static async Task<KnownDecisions> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> hashes, CancellationToken cancellation)
    {
        var known = new KnownDecisions();
        using var command = new NpgsqlCommand(
            "SELECT signature_hash, bug_id, carried_from IS NULL FROM bug_alias WHERE signature_hash = ANY($1)", connection, transaction);
        Sql.Add(command.Parameters, [hashes.Distinct(StringComparer.Ordinal).ToArray()]);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                known._bugs[reader.GetString(0)] = (reader.GetGuid(1), reader.GetBoolean(2));
            }
        }

        return known;
    }

    public void AddCarried(string hash, Guid bug) => _bugs.TryAdd(hash, (bug, false));

    /// <summary>The bug of a signature that a person decided about; null if there is no decision.</summary>
    public Guid? CarriedBug(string hash) => _bugs.TryGetValue(hash, out var told) ? told.Bug : null;

    /// <summary>
    /// True if the crash stays in its bug: the signature did not change, or a decision about the old signature exists and none about the
    /// new one.
    /// </summary>
    public bool Keeps(string oldHash, string newHash) =>
        oldHash == newHash || (_bugs.ContainsKey(oldHash) && !(_bugs.TryGetValue(newHash, out var told) && told.ByPerson));

    /// <summary>True if the decision about the old signature must also be written for the new one.</summary>
    public bool IsToCarry(string oldHash, string newHash) => oldHash != newHash && _bugs.ContainsKey(oldHash) && !_bugs.ContainsKey(newHash);
}
