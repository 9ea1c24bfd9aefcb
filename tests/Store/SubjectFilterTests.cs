using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;
using Npgsql;

namespace Mayday.Store.Tests;

/// <summary>
/// Filters on crashes, bugs and hosts say the same of the same rows in memory and in Postgres: random filters over every field of each
/// catalogue, asked of the real lists, over rows that came the real way.
/// </summary>
public sealed class SubjectFilterTests(SubjectFilterTests.Fleet fleet) : IClassFixture<SubjectFilterTests.Fleet>
{
    private const string CrashColumns =
        """
        SELECT c.id, c.kind, c.class, c.severity, array[h.name] || array(SELECT a.address FROM host_address a WHERE a.host_id = h.id) AS host, c.function, c.module,
            c.title, c.title || E'\n' || coalesce(c.function, '') || E'\n' || c.extract AS text, c.kernel_release AS "kernelRelease", c.transport,
            c.received_at AS "receivedAt", c.received_at AS age, c.occurred_at AS "occurredAt", c.complete, c.missing_packets AS missing, c.fatal, c.aftermath,
            c.corrupted, c.cpu, c.pid, c.comm, c.taint, c.hardware, c.bug_id AS bug, c.incident_id AS incident
        FROM crash c JOIN host h ON h.id = c.host_id
        """;

    private const string BugColumns =
        """
        SELECT b.id, b.kind, b.class, b.function, b.module, b.title, b.title || E'\n' || coalesce(b.function, '') || E'\n' || b.signature AS text, b.signature,
            array(SELECT h.name FROM host h JOIN bug_host x ON x.host_id = h.id WHERE x.bug_id = b.id
                UNION SELECT a.address FROM host_address a JOIN bug_host x ON x.host_id = a.host_id WHERE x.bug_id = b.id) AS host,
            array(SELECT r.kernel_release FROM bug_release r WHERE r.bug_id = b.id) AS "kernelRelease", b.first_kernel_release AS "firstKernelRelease",
            b.last_kernel_release AS "lastKernelRelease", b.crash_count AS crashes, b.host_count AS hosts, b.fatal_count AS deaths, b.first_seen AS "firstSeen",
            b.last_seen AS "lastSeen"
        FROM bug b
        """;

    private const string HostColumns =
        """
        SELECT h.id, array[h.name] || array(SELECT a.address FROM host_address a WHERE a.host_id = h.id) AS host, h.name,
            array(SELECT a.address FROM host_address a WHERE a.host_id = h.id) AS address,
            array[h.name] || array(SELECT a.address FROM host_address a WHERE a.host_id = h.id) AS text, h.machine_id AS "machineId",
            h.kernel_release AS "kernelRelease", h.crash_count AS crashes, h.dump_count AS dumps, h.partial_dump_count AS "partialDumps", h.event_count AS events,
            h.first_seen AS "firstSeen", h.last_seen AS "lastSeen", h.last_crash_at AS "lastCrashAt", h.last_crash_title AS "lastCrash",
            h.last_event_at AS "lastEventAt"
        FROM host h
        """;

    [Fact]
    public Task ListCrashes_RandomFilters_AgreeWithMemory() => AgreeAsync(CrashFields.Catalogue, CrashColumns, async filter =>
        (await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Filter = filter }, new PageRequest(200), default)).Items.Select(crash => crash.Id));

    [Fact]
    public Task ListBugs_RandomFilters_AgreeWithMemory() => AgreeAsync(BugFields.Catalogue, BugColumns, async filter =>
        (await fleet.Queries.Bugs.ListBugsAsync(new BugFilter { Filter = filter }, new PageRequest(200), default)).Items.Select(bug => bug.Id));

    [Fact]
    public Task ListHosts_RandomFilters_AgreeWithMemory() => AgreeAsync(HostFields.Catalogue, HostColumns, async filter =>
        (await fleet.Queries.Hosts.ListHostsAsync(new HostFilter { Filter = filter }, new PageRequest(200), default)).Items.Select(host => host.Id));

    [Fact]
    public async Task Lists_StarInQuotes_IsAName()
    {
        Assert.True(Filter.TryParse("host = \"*\"", CrashFields.Catalogue, out var quoted, out _));
        Assert.True(Filter.TryParse("host:*", CrashFields.Catalogue, out var bare, out _));

        Assert.Empty((await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Filter = quoted }, new PageRequest(), default)).Items);
        Assert.NotEmpty((await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Filter = bare }, new PageRequest(), default)).Items);
    }

    [Theory]
    [InlineData("'; DROP TABLE crash; --")]
    [InlineData("\"'; DROP TABLE crash; --\" function = \"') OR 1=1 --\"")]
    [InlineData("host:%_% function:\\%")]
    [InlineData("\"100%\" kernelRelease:_*% title ~ \"[%_]+\"")]
    [InlineData("kernelRelease = $1 function = {0}")]
    [InlineData("host = 00000000-0000-0000-0000-000000000000 or host:*")]
    [InlineData("since:0001-01-01 or until:9999-12-31 or lastSeen > 9999-12-31")]
    [InlineData("cpu = 18446744073709551615 or crashes < -9223372036854775808 or crashes = 0.5")]
    public async Task Lists_HostileFilter_IsAskedAsItStandsOrRefused(string text)
    {
        foreach (var catalogue in new[] { CrashFields.Catalogue, BugFields.Catalogue, HostFields.Catalogue })
        {
            if (Filter.TryParse(text, catalogue, out var filter, out _))
            {
                await AskAllAsync(filter);
            }
        }

        Assert.NotEmpty((await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter(), new PageRequest(), default)).Items);
    }

    [Fact]
    public async Task Lists_LargestFilters_AreAnswered()
    {
        foreach (var catalogue in new[] { CrashFields.Catalogue, BugFields.Catalogue, HostFields.Catalogue })
        {
            foreach (var text in new[]
            {
                string.Join(" or ", Enumerable.Repeat("host != web-1", Filter.MaxTests)),
                string.Join(' ', Enumerable.Repeat("-x*y", Filter.MaxTests)),
                new string('x', Filter.MaxLength),
                $"text:{new string('%', Filter.MaxLength - 5)}",
                string.Concat(Enumerable.Repeat("!(", Filter.MaxDepth / 2 - 1)) + "x" + new string(')', Filter.MaxDepth / 2 - 1),
            })
            {
                Assert.True(Filter.TryParse(text, catalogue, out var filter, out var error), error?.ToString());
                await AskAllAsync(filter);
            }

            Assert.False(Filter.TryParse("text:a\0b", catalogue, out _, out _));
            Assert.False(Filter.TryParse(string.Join(' ', Enumerable.Repeat("x", Filter.MaxTests + 1)), catalogue, out _, out _));
            Assert.False(Filter.TryParse(new string('x', Filter.MaxLength + 1), catalogue, out _, out _));
        }
    }

    [Fact]
    public async Task ListCrashes_HostByIdOrAddress_IsFound()
    {
        var crash = (await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Host = "web-1" }, new PageRequest(), default)).Items[0];
        foreach (var text in new[] { $"host:{crash.HostId}", "host:10.30.1.1", "host = web-1", "!(host != web-1)", "host:10.30.1.1 or host:nobody" })
        {
            Assert.True(Filter.TryParse(text, CrashFields.Catalogue, out var filter, out _));
            var found = (await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Filter = filter }, new PageRequest(200), default)).Items;
            Assert.NotEmpty(found);
            Assert.All(found, one => Assert.Equal(crash.HostId, one.HostId));
        }

        Assert.True(Filter.TryParse("host:nobody", CrashFields.Catalogue, out var nobody, out _));
        Assert.Empty((await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Filter = nobody }, new PageRequest(), default)).Items);
    }

    [Fact]
    public async Task ListCrashes_KindAndSince_ReadsItsIndexAndOnlyTheDaysAskedFor()
    {
        Assert.True(Filter.TryParse("kind:nullPointer since:1h until:0s", CrashFields.Catalogue, out var filter, out _));
        var conditions = new Conditions();
        conditions.AddBound(CrashFields.Sql.Write(filter.Root, Fleet.Now, conditions.Parameter));
        var plan = await QueryRows.ReadAsync(
            conditions.Command(fleet.Source, $"EXPLAIN SELECT c.* FROM crash c {conditions.Where} ORDER BY c.id DESC LIMIT 50"), row => row.GetString(0), default);

        Assert.Contains(plan, line => line.Contains("Index Cond: ((kind = ", StringComparison.Ordinal) && line.Contains("(id >= ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("crash_default", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains(FormattableString.Invariant($"crash_{Fleet.Now.AddDays(1):yyyyMMdd}"), StringComparison.Ordinal));
    }

    private async Task AskAllAsync(Filter filter)
    {
        var page = new PageRequest(5);
        _ = filter.Catalogue switch
        {
            var catalogue when catalogue == CrashFields.Catalogue => (object)await fleet.Queries.Crashes.ListCrashesAsync(new CrashFilter { Filter = filter }, page, default),
            var catalogue when catalogue == BugFields.Catalogue => await fleet.Queries.Bugs.ListBugsAsync(new BugFilter { Filter = filter }, page, default),
            _ => await fleet.Queries.Hosts.ListHostsAsync(new HostFilter { Filter = filter }, page, default),
        };
    }

    private async Task AgreeAsync(FieldCatalogue catalogue, string columns, Func<Filter, Task<IEnumerable<Guid>>> ask)
    {
        var rows = await QueryRows.ReadAsync(fleet.Source.CreateCommand(columns), ReadRow, default);
        Assert.InRange(rows.Count, 5, 200);
        var readers = new FieldReaders<Row>();
        foreach (var field in catalogue.Fields)
        {
            readers.Add(field, row => row.Values[field.Name]);
        }

        var (found, passedOver) = (0, 0);
        // Each field by itself in many ways, then several together.
        var texts = catalogue.Fields.SelectMany((field, i) => Gen.Sample(TestGen(field, rows), 10, 25).Select(text => (field, text)))
            .Select(one => one.text)
            .Concat(Gen.Sample(FilterGen(catalogue, rows, 3), 10, 120))
            .Distinct(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            Assert.True(Filter.TryParse(text, catalogue, out var filter, out var error), $"{text}: {error}");
            var inMemory = rows.Where(row => filter.Matches(row, readers, Fleet.Now)).Select(row => row.Id).Order().ToArray();
            var inPostgres = (await ask(filter)).Order().ToArray();

            Assert.True(inMemory.SequenceEqual(inPostgres), $"{text}\nmemory:   {inMemory.Length} {string.Join(' ', inMemory)}\npostgres: {inPostgres.Length} {string.Join(' ', inPostgres)}");
            found += inMemory.Length;
            passedOver += rows.Count - inMemory.Length;
        }

        // Filters that find nothing, or everything, would agree about anything.
        Assert.True(found > 200 && passedOver > 200, $"{found} found, {passedOver} passed over");
    }

    private static Row ReadRow(NpgsqlDataReader row)
    {
        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        var written = new Dictionary<string, string[]>(StringComparer.Ordinal);
        for (var i = 0; i < row.FieldCount; i++)
        {
            var value = row.IsDBNull(i) ? null : row.GetValue(i);
            values[row.GetName(i)] = value switch
            {
                null => FieldValue.None,
                string text => FieldValue.Of(text),
                string[] texts => FieldValue.Of(texts),
                bool truth => FieldValue.Of(truth),
                Guid id => FieldValue.Of((Guid?)id),
                DateTime time => FieldValue.Of(new DateTimeOffset(time, TimeSpan.Zero)),
                _ => FieldValue.Of(Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
            };
            written[row.GetName(i)] = value switch
            {
                null => [],
                string[] texts => texts,
                DateTime time => [TimeText.Write(new DateTimeOffset(time, TimeSpan.Zero))],
                _ => [Convert.ToString(value, CultureInfo.InvariantCulture)!],
            };
        }

        return new Row(row.GetGuid(0), values, written);
    }

    private static Gen<string> FilterGen(FieldCatalogue catalogue, IReadOnlyList<Row> rows, int depth) => depth == 0
        ? Gen.Elements(catalogue.Fields.ToArray()).SelectMany(field => TestGen(field, rows))
        : Gen.Frequency(
            (2, FilterGen(catalogue, rows, 0)),
            (1, FilterGen(catalogue, rows, depth - 1).Select(part => $"!({part})")),
            (2, from parts in FilterGen(catalogue, rows, depth - 1).ListOf(2) from or in Gen.Elements(" or ", " ") select $"({string.Join(or, parts)})"));

    private static Gen<string> TestGen(FilterField field, IReadOnlyList<Row> rows)
    {
        var own = rows.SelectMany(row => row.Written[field.Name]).Distinct(StringComparer.Ordinal).DefaultIfEmpty("0").ToArray();
        var sign = Gen.Elements("=", "!=", "<", "<=", ">", ">=");
        var equality = Gen.Elements("=", "!=");
        return field.Type switch
        {
            TruthType => Gen.Elements($"{field.Name}", $"!{field.Name}", $"{field.Name}:false", $"{field.Name} != true", $"{field.Name} != no"),
            IdType => from op in equality from id in Gen.Elements(own) select $"{field.Name} {op} {id}",
            AgeType => from op in Gen.Elements("<", "<=", ">", ">=") from age in Gen.Elements("0s", "90m", "3h", "10d") select $"{field.Name} {op} {age}",
            TimeType => from op in sign from time in Gen.Elements([.. own, "90m", "3h", "10d"]) select $"{field.Name} {op} {(time == "0" ? "1h" : time)}",
            NumberType => from op in sign from number in Gen.Elements([.. own, "0", "2", "2.5", "-1", "18446744073709551615"]) select $"{field.Name} {op} {number}",
            WordType => Gen.OneOf(
                from op in Gen.Elements(":", " != ") from word in Gen.Elements([.. own]) select $"{field.Name}{op}{word.ToUpperInvariant()}",
                from op in Gen.Elements(":", " != ") from word in Gen.Elements([.. own]) select $"{field.Name}{op}{word[..2]}*"),
            _ => TextGen(field, own, sign),
        };
    }

    private static Gen<string> TextGen(FilterField field, string[] own, Gen<string> sign)
    {
        var piece = from text in Gen.Elements(own)
                    from start in Gen.Choose(0, Math.Max(0, text.Length - 1))
                    from length in Gen.Choose(1, 12)
                    select Whole(text.Substring(start, Math.Min(length, text.Length - start)));
        var texts = Gen.OneOf(Gen.Elements(own), piece, Gen.Elements("", "%", "_", "*", "é", "😀", "web-1", "NULL"));
        return Gen.OneOf(
            from op in sign from text in texts select $"{field.Name} {op} {FilterText.Quote(text)}",
            from op in Gen.Elements(":", " contains ") from text in texts select $"{field.Name}{op}{FilterText.Quote(text)}",
            from op in Gen.Elements(":", "=", "!=") from text in piece where text.All(char.IsAsciiLetterOrDigit) && text is not ("or" or "and" or "not") select $"{field.Name} {(op == ":" ? "=" : op)} *{text}*",
            from op in Gen.Elements("~", "!~") from text in piece where text.All(char.IsAsciiLetterOrDigit) select $"{field.Name} {op} \"{text}|^[a-f]\"");
    }

    // A piece that begins or ends in the middle of a character is no text.
    private static string Whole(string text) => string.Concat(text.EnumerateRunes().Where(rune => rune.Value is not 0xfffd));

    private sealed record Row(Guid Id, IReadOnlyDictionary<string, FieldValue> Values, IReadOnlyDictionary<string, string[]> Written);

    /// <summary>Some crashes of some hosts in a database of their own.</summary>
    public sealed class Fleet : IAsyncLifetime
    {
        private PostgresFixture? _postgres;

        // As Postgres keeps it: an age to the tick would be another in the database.
        public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(Some.Now.ToUnixTimeMilliseconds());

        internal StoreQueries Queries { get; private set; } = null!;

        internal NpgsqlDataSource Source => _postgres!.Source;

        public async ValueTask InitializeAsync()
        {
            _postgres = await PostgresFixture.CreateAsync();
            Queries = new StoreQueries(_postgres.Source, new StillClock());
            var writer = new CrashWriter(_postgres.Source, TimeProvider.System);
            string[] functions = ["ext4_writepage", "nvme_irq", "100%_sure", "é_😀", "WEB-1"];
            CrashKind[] kinds = [CrashKind.NullPointer, CrashKind.Kasan, CrashKind.SoftLockup, CrashKind.Other];
            Transport[] transports = [Transport.Netoops, Transport.NetconsoleBasic, Transport.Http];
            for (var i = 0; i < 60; i++)
            {
                var complete = (i % 3) switch { 0 => true, 1 => false, _ => (bool?)null };
                var crash = Some.Crash(functions[i % 5], i, kinds[i * 7 % 4], fatal: i % 4 == 0, release: i % 6 == 0 ? null : $"6.{i % 3}.0") with
                {
                    Class = (CrashClass)(i * 3 % 8),
                    Severity = (CrashSeverity)(i % 4),
                    Module = i % 5 == 2 ? null : functions[i * 2 % 5][..4],
                    Function = i % 11 == 3 ? null : functions[i % 5],
                    Cpu = i % 2 == 0 ? null : i % 3,
                    Pid = i % 4 == 1 ? null : i * 100,
                    Comm = i % 3 == 0 ? null : $"kworker/{i % 4}:0",
                    Taint = i % 2 == 0 ? "G        W" : null,
                    Hardware = i % 2 == 0 ? "QEMU Standard PC (i440FX + PIIX, 1996)" : null,
                    Aftermath = i % 7 == 0,
                    Corrupted = i % 8 == 0,
                };
                await writer.WriteAsync(
                    [Some.Dump($"10.30.{i % 2}.{i % 9}", $"{(i % 2 == 0 ? "db" : "web")}-{i % 9}", Now.AddMinutes(-i * 7), transports[i % 3], complete: complete, crashes: crash)], default);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_postgres is not null)
            {
                await _postgres.DisposeAsync();
            }
        }

        private sealed class StillClock : TimeProvider
        {
            public override DateTimeOffset GetUtcNow() => Now;
        }
    }
}
