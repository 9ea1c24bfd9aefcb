using System.Globalization;
using System.Net;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events.Filtering;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;
using Npgsql;

namespace Mayday.Store.Tests.Events;

/// <summary>A filter says the same of the same events in memory and in Postgres: random filters over random events, both ways.</summary>
public sealed class FilterAgreementTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_hosts = ["web-1", "web-2", "db-1", "ünïcode", "%_\\"];
    private static readonly string[] s_texts = ["", "eth0", "eth1", "link down", "LINK Down", "a\nb", "100% _x\\y", "\uffee", "😀 x", "é", "␀", "5", "-5", "e"];
    private static readonly string?[] s_formats = ["%s: link down, status=%d", "disk %lu at %p", null];

    [Fact]
    public async Task Matches_RandomFiltersOverRandomEvents_MemoryAndPostgresAgree()
    {
        // Temporary tables with the columns a filter asks for: what is compared is the reading, not the writing.
        await using var connection = await postgres.Source.OpenConnectionAsync();
        var events = Gen.Sample(EventGen(), 120, 200).Select((facts, i) => facts with { ReceivedAt = facts.ReceivedAt.AddMilliseconds(i % 7) }).ToArray();
        await WriteAsync(connection, events);

        var filters = Gen.Sample(FilterGen(4), 12, 500).Distinct(StringComparer.Ordinal).ToArray();
        var names = new ArgumentCatalog();
        names.Add("port", new ArgumentPlace("e1000", 7, 1, new Dictionary<string, long> { ["down"] = -5, ["up"] = 3 }));
        names.Add("port", new ArgumentPlace(null, unchecked((int)0xb4a82d4b), 0));
        var (found, passedOver) = (0, 0);
        foreach (var text in filters)
        {
            Assert.True(EventFilter.TryParse(text, names, out var filter, out var error), $"{text}: {error}");
            var inMemory = events.Select((facts, i) => (facts, i)).Where(one => filter.Matches(one.facts, s_now)).Select(one => one.i).ToArray();
            var inPostgres = await AskAsync(connection, filter);

            Assert.True(inMemory.SequenceEqual(inPostgres), $"{text}\nmemory:   {string.Join(' ', inMemory)}\npostgres: {string.Join(' ', inPostgres)}");
            found += inMemory.Length;
            passedOver += events.Length - inMemory.Length;
        }

        // Filters that find nothing, or everything, would agree about anything.
        Assert.True(found > filters.Length && passedOver > filters.Length, $"{found} found, {passedOver} passed over");
    }

    private static async Task<int[]> AskAsync(NpgsqlConnection connection, EventFilter filter)
    {
        using var command = connection.CreateCommand();
        var condition = EventFilterSql.Write(filter, s_now, value =>
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            return $"${command.Parameters.Count}";
        });
        command.CommandText = $"SELECT e.pgrp_order FROM event e WHERE {condition} ORDER BY 1";
        var found = new List<int>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                found.Add(reader.GetInt32(0));
            }
        }
        catch (PostgresException failure)
        {
            throw new InvalidOperationException($"{filter}\n{command.CommandText}", failure);
        }

        return [.. found];
    }

    private static async Task WriteAsync(NpgsqlConnection connection, ReceivedFacts[] events)
    {
        await ExecuteAsync(connection,
            """
            CREATE TEMP TABLE host (id uuid, name text);
            CREATE TEMP TABLE event_format (id bigint, facility text, event_type int, format text, hash bytea);
            CREATE TEMP TABLE event_format_argument (format_id bigint, position smallint, name text);
            CREATE TEMP TABLE event (pgrp_order int, id uuid, host_id uuid, received_at timestamptz, occurred_at timestamptz, transport text, source_address text,
                facility text, event_type int, severity smallint, format smallint, flags int, processor int, uid bigint, gid bigint, pid int, pgrp int,
                format_id bigint, args jsonb, text text, fields jsonb, truncated boolean, count int);
            """);
        var hosts = s_hosts.ToDictionary(name => name, _ => Guid.NewGuid(), StringComparer.Ordinal);
        foreach (var (name, id) in hosts)
        {
            await ExecuteAsync(connection, "INSERT INTO host VALUES ($1, $2)", id, name);
        }

        var formats = new Dictionary<(string, int, string?), long>();
        foreach (var (facts, i) in events.Select((facts, i) => (facts, i)))
        {
            var record = facts.Event;
            var key = (record.Facility, record.EventType, record.FormatString);
            if (!formats.TryGetValue(key, out var format))
            {
                formats.Add(key, format = formats.Count + 1);
                await ExecuteAsync(connection, "INSERT INTO event_format VALUES ($1, $2, $3, $4)", format, record.Facility, record.EventType, record.FormatString);
                // Named alike in all events of a format, as a template does it.
                await ExecuteAsync(connection, "INSERT INTO event_format_argument VALUES ($1, 0, 'device'), ($1, 1, 'code')", format);
            }

            await ExecuteAsync(
                connection,
                """
                INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::text::jsonb, $20, $21::text::jsonb, $22, $23)
                """,
                i, DumpId.At(facts.ReceivedAt), hosts[facts.Host], facts.ReceivedAt, record.OccurredAt, facts.Transport, facts.Source, record.Facility,
                record.EventType, (short)record.Severity, (short)record.Format, (int)record.Flags, record.Processor, record.Uid is { } uid ? (long)uid : null,
                record.Gid is { } gid ? (long)gid : null, record.Pid, record.Pgrp, format,
                $"[{string.Join(',', record.Arguments.Select(Json))}]", record.Text,
                record.Fields.Count == 0 ? null : JsonSerializer.Serialize(record.Fields.ToDictionary(pair => pair.Key, pair => pair.Value)), record.IsTruncated, record.Count);
        }

        static string Json(EventArgument argument) => argument.Kind switch
        {
            EventArgumentKind.String => JsonSerializer.Serialize(argument.Text),
            EventArgumentKind.Unsigned or EventArgumentKind.Pointer or EventArgumentKind.Real => argument.Value.ToString(CultureInfo.InvariantCulture),
            _ => argument.Number.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, params object?[] values)
    {
        using var command = new NpgsqlCommand(text, connection);
        Sql.Add(command.Parameters, values);
        await command.ExecuteNonQueryAsync();
    }

    private static Gen<ReceivedFacts> EventGen() =>
        from facility in Gen.Elements("e1000", "nvme", "kern")
        from type in Gen.Elements(7, 0, -1, int.MinValue, unchecked((int)0xb4a82d4b))
        from severity in Gen.Choose(0, 7)
        from form in Gen.Choose(0, 3)
        from format in Gen.Elements(s_formats)
        from flags in Gen.Elements(0u, 2u, 0x42u, 0x13u, 0x8000_0001u)
        from numbers in Gen.ArrayOf(Gen.Elements(-1, 0, 3, 77, 65534, int.MaxValue), 5)
        from absent in Gen.ArrayOf(Gen.Elements(true, false, false), 8)
        from arguments in ArgumentGen().ListOf(3)
        from left in Gen.Choose(0, 3)
        from text in Gen.Elements(s_texts)
        from fields in Gen.Elements("pci", "block", "x")
        from host in Gen.Elements(s_hosts)
        from minutes in Gen.Choose(0, 300)
        from transport in Gen.Elements("evlog", "netlink", "http")
        select new ReceivedFacts(
            new KernelEvent
            {
                Facility = facility,
                EventType = type,
                Severity = (Severity)severity,
                Format = (EvlogFormat)form,
                FormatString = format,
                Flags = (EvlogFlags)flags,
                Processor = absent[0] ? null : numbers[0],
                Uid = absent[1] ? null : (uint)numbers[1],
                Gid = absent[2] ? null : (uint)numbers[2],
                Pid = absent[3] ? null : numbers[3],
                Pgrp = absent[4] ? null : numbers[4],
                OccurredAt = absent[5] ? null : s_now.AddMinutes(-minutes * 2),
                Arguments = arguments.Take(left).Select((argument, i) => argument with { Name = i switch { 0 => "device", 1 => "code", _ => null } }).ToArray(),
                Text = text,
                Fields = absent[6] ? [] : [new("SUBSYSTEM", fields), new("k\"ey", text)],
                IsTruncated = absent[7],
                Count = numbers[0] & 7,
            },
            host,
            s_now.AddMinutes(-minutes),
            transport,
            transport == "netlink" ? null : IPAddress.Loopback.ToString());

    private static Gen<EventArgument> ArgumentGen() => Gen.OneOf(
        Gen.Elements(s_texts).Select(text => EventArgument.OfText(text)),
        Gen.Elements(-5L, 0, 3, 5, long.MinValue, long.MaxValue).Select(number => EventArgument.OfNumber(number)),
        Gen.Elements(0.0, 3, -5, 2.5, 4.999, 1e-8, 123456789012345).Select(number => EventArgument.OfReal(number, "f64")),
        Gen.Elements(-1L, 3, long.MinValue).Select(number => new EventArgument(EventArgumentKind.Pointer, number, null, "%p")));

    private static Gen<string> FilterGen(int depth) => depth == 0
        ? TestGen()
        : Gen.Frequency(
            (3, TestGen()),
            (1, FilterGen(depth - 1).Select(part => $"!({part})")),
            (2, from parts in FilterGen(depth - 1).ListOf(2) from or in Gen.Elements(true, false) select $"({string.Join(or ? " || " : " && ", parts)})"));

    private static Gen<string> TestGen()
    {
        var sign = Gen.Elements("=", "==", "!=", "<", "<=", ">", ">=");
        var number = Gen.Elements("-5", "0", "3", "2.5", "77", "0xffffffff", "18446744073709551615", "-9223372036854775808", "9223372036854775807");
        var quoted = Gen.Elements(s_texts).Select(Quoted);
        var textual = Gen.OneOf(
            from op in Gen.Frequency((2, sign), (2, Gen.Constant("contains"))) from text in quoted select $"{op} {text}",
            from op in Gen.Elements("~", "!~") from pattern in PatternGen(3) select $"{op} {QuotedPattern(pattern)}");
        var textField = Gen.Elements(
            "host", "text", "data", "facility", "source", "device", "subsystem", "field.SUBSYSTEM", "field.k\u00e9y", "arg1", "arg2", "arg3", "arg.device", "arg.code", "port");
        return Gen.OneOf(
            from field in textField from test in textual select $"{field} {test}",
            from field in Gen.Elements("host", "facility", "source", "arg1", "arg.device", "port", "subsystem")
            from op in Gen.Elements(":", " = ", " != ")
            from glob in Gen.Elements("*", "e*", "*e", "*1*", "web-*", "e*0", "%*", "*_*", "🙂*")
            select $"{field}{op}{glob}",
            Gen.Elements("LINK", "eth*1", "text:\"Link Down\"", "data:E*", "transport:HT*", "since:90m", "until:2h", "receivedAt != 1h", "truncated != true", "\"LINK\""),
            from field in Gen.Elements("cpu", "pid", "pgrp", "uid", "gid", "count", "arg1", "arg2", "arg3", "arg.code", "port") from op in sign from value in number select $"{field} {op} {value}",
            from op in sign from value in Gen.Elements("emerg", "err", "4", "debug") select $"severity {op} {value}",
            from op in sign from value in Gen.Elements("e1000", "nvme", "KERN") select $"facility {op} {value}",
            from op in sign from value in Gen.Elements("7", "-1", "0x80000000", "0xb4a82d4b") select $"eventType {op} {value}",
            from op in Gen.Elements("=", "!=") from value in Gen.Elements(s_formats) select $"eventType {op} {Quoted(value ?? "x")}",
            from op in sign from value in Gen.Elements("PRINTF", "string", "0") select $"format {op} {value}",
            from test in Gen.OneOf(from op in sign from value in Gen.Elements(s_formats) select $"{op} {Quoted(value ?? "")}", textual) select $"format {test}",
            from op in sign.Or("&") from value in Gen.Elements("TRUNCATE", "0x42", "0x80000001", "KERNEL") select $"flags {op} {value}",
            from name in Gen.Elements("arg1", "arg2", "arg.code", "port") from mask in Gen.Elements("1", "6", "0x7fffffffffffffff") select $"{name} & {mask}",
            from op in Gen.Elements("=", "!=") from value in Gen.Elements("up", "down", "eth0") select $"port {op} {value}",
            Gen.Elements("truncated", "truncated = false", "\"x\"", "transport = http", "transport != evlog"),
            from op in Gen.Elements("<", "<=", ">", ">=") from value in Gen.Elements("0s", "90m", "2h", "60m", "1w", "9999d") select $"age {op} {value}",
            from field in Gen.Elements("receivedAt", "occurredAt") from op in sign from value in Gen.Elements("2026-11-27T10:00", "\"2026-11-27 11:00:00+00:30\"", "1900-01-01") select $"{field} {op} {value}");
    }

    /// <summary>Patterns of everything the language knows, over the letters of the texts.</summary>
    private static Gen<string> PatternGen(int depth)
    {
        var atom = Gen.Elements(
            "e", "th", "L", ".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[a-f]", "[^a-f]", "[\\d_]", "[\\D]", "[^\\s]", "[[:upper:]]", "[]x]", "[^]\\\\-]", "\\n", "\\.", "%",
            "\\\\", "é", "\\u00e9", "\\x20", "😀", "^", "$", "␀", "{", "/");
        return depth == 0
            ? atom
            : Gen.Frequency(
                (4, atom),
                (2, from parts in PatternGen(depth - 1).ListOf(2) select string.Concat(parts)),
                (1, from parts in PatternGen(depth - 1).ListOf(2) select $"({parts[0]}|{parts[1]})"),
                (1, from part in PatternGen(depth - 1) select $"(?:{part}|)"),
                (1, from part in PatternGen(depth - 1) from times in Gen.Elements("*", "+", "?", "{2}", "{0,3}", "{1,}", "*?") select $"(x|{part}){times}"),
                (1, from part in PatternGen(depth - 1) select part.StartsWith("(?i)", StringComparison.Ordinal) ? part : $"{part}"));
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\"", "\\\"")}\"";

    private static string QuotedPattern(string pattern) => $"\"{(pattern.Length % 3 == 0 ? "(?i)" : "")}{pattern.Replace("\"", "\\\"")}\"";
}

internal static class GenExtensions
{
    public static Gen<string> Or(this Gen<string> one, string other) => Gen.OneOf(one, Gen.Constant(other));
}
