using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Bugs;
using Mayday.Web.Api.Crashes;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Hosts;
using Mayday.Web.Api.Parameters;

namespace Mayday.Web.Tests;

public sealed class ApiParameterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z")]
    [InlineData("2026-03-04T10:00:00.123456Z", "2026-03-04T10:00:00.123456Z")]
    [InlineData("2026-03-04T10:00:00", "2026-03-04T10:00:00Z")]
    [InlineData("2026-03-04T10:00", "2026-03-04T10:00:00Z")]
    [InlineData("2026-03-04", "2026-03-04T00:00:00Z")]
    [InlineData("2026-03-04T10:00:00+02:00", "2026-03-04T08:00:00Z")]
    [InlineData("2026-03-04T10:00:00 02:00", "2026-03-04T08:00:00Z")]
    [InlineData("90s", "2026-03-04T11:58:30Z")]
    [InlineData("30m", "2026-03-04T11:30:00Z")]
    [InlineData("2h", "2026-03-04T10:00:00Z")]
    [InlineData("2H", "2026-03-04T10:00:00Z")]
    [InlineData("7d", "2026-02-25T12:00:00Z")]
    [InlineData("4w", "2026-02-04T12:00:00Z")]
    [InlineData("0s", "2026-03-04T12:00:00Z")]
    public void Time_InAnAgreedForm_IsRead(string text, string expected)
    {
        var reader = new ParameterReader(s_now);

        Assert.Equal(DateTimeOffset.Parse(expected), reader.Time("since", text));
        Assert.False(reader.Failed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("2")]
    [InlineData("2y")]
    [InlineData("-2h")]
    [InlineData("2.5h")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("2026-03-04T10:00:00 0200 ")]
    [InlineData("03/04/2026")]
    [InlineData("99999999999999d")]
    [InlineData("9999999999999999999999999d")]
    public void Time_OfAnyOtherForm_IsRefusedByName(string text)
    {
        var reader = new ParameterReader(s_now);

        Assert.Null(reader.Time("until", text));
        Assert.Equal("until", Assert.Single(reader.Problems).Parameter);
    }

    [Fact]
    public void Kinds_AreCamelCaseWordsInAnyCaseAndNothingElse()
    {
        var reader = new ParameterReader(s_now);

        Assert.Equal(CrashKind.RcuStall, reader.Kind("kind", "rcuStall"));
        Assert.Equal(CrashKind.NullPointer, reader.Kind("kind", "NULLPOINTER"));
        Assert.Equal(Transport.NetconsoleBasic, reader.Transport("transport", "Netconsole-Basic"));
        Assert.True(reader.Flag("fatal", "TRUE"));
        Assert.False(reader.Failed);
        Assert.Null(reader.Kind("kind", "3"));
        Assert.Null(reader.Kind("kind", "rcu stall"));
        Assert.Null(reader.Kind("kind", "oops,panic"));
        Assert.Equal(3, reader.Problems.Count);
    }

    [Fact]
    public void Filter_WithAMistake_IsToldWithColumnAndSuggestion()
    {
        var reader = new ParameterReader(s_now);
        new CrashListParameters { Filter = "host:web kind:kassan" }.Read(reader, out _);

        var problem = Assert.Single(reader.Problems);
        Assert.Equal(("filter", 15, "kasan"), (problem.Parameter, problem.Column, problem.Suggestion));
        Assert.StartsWith("filter, column 15: kind is one of: ", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_InTheQueryLanguage_IsReadWithTheFieldsOfItsList()
    {
        var reader = new ParameterReader(s_now);

        Assert.NotNull(new CrashListParameters { Filter = "fatal since:2H" }.Read(reader, out _).Filter);
        Assert.NotNull(new BugListParameters { Filter = "crashes > 10" }.Read(reader, out _).Filter);
        Assert.NotNull(new HostListParameters { Filter = "address:10.*" }.Read(reader, out _).Filter);
        Assert.Null(new HostListParameters { Filter = " " }.Read(reader, out _).Filter);
        Assert.False(reader.Failed);
        new BugListParameters { Filter = "crahes > 1" }.Read(reader, out _);
        Assert.Equal("crashes", Assert.Single(reader.Problems).Suggestion);
    }

    [Theory]
    [InlineData(null, 50)]
    [InlineData("1", 1)]
    [InlineData("200", 200)]
    public void Limit_InRange_IsTaken(string? limit, int expected)
    {
        var reader = new ParameterReader(s_now);

        Assert.Equal(expected, reader.Page(limit, null).Limit);
        Assert.False(reader.Failed);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("201")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("")]
    [InlineData("99999999999")]
    public void Limit_OutOfRange_IsRefusedNamingTheRange(string limit)
    {
        var reader = new ParameterReader(s_now);
        reader.Page(limit, null);

        Assert.Contains("1 to 200", Assert.Single(reader.Problems).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_WithSeveralMistakes_NamesEachOfThem()
    {
        var reader = new ParameterReader(s_now);
        new CrashListParameters
        {
            Host = "", Kind = "boom", Bug = "17", Transport = "carrier-pigeon", Since = "soon", Complete = "yes", Q = new string('x', 600), Limit = "1000",
        }.Read(reader, out _);

        Assert.Equal(["host", "kind", "bug", "transport", "since", "complete", "q", "limit"], reader.Problems.Select(problem => problem.Parameter));
    }

    [Fact]
    public void Filter_WithEverything_CarriesEverything()
    {
        var reader = new ParameterReader(s_now);
        var bug = Guid.CreateVersion7(s_now);
        var filter = new CrashListParameters
        {
            Host = "web-*", Kind = "kasan", Bug = bug.ToString(), Function = "f", KernelRelease = "6.1.0", Transport = "netconsole-basic", Since = "7d", Until = "2h",
            Complete = "false", Fatal = "true", Incident = bug.ToString(), Q = "use-after-free", Limit = "10", Cursor = "abc",
        }.Read(reader, out var page);

        Assert.False(reader.Failed);
        Assert.Equal(
            new CrashFilter
            {
                Host = "web-*", Kind = CrashKind.Kasan, Bug = bug, Function = "f", KernelRelease = "6.1.0", Transport = Transport.NetconsoleBasic, Since = s_now.AddDays(-7),
                Until = s_now.AddHours(-2), Complete = false, Fatal = true, Incident = bug, Text = "use-after-free",
            },
            filter);
        Assert.Equal(new PageRequest(10, "abc"), page);
    }

    [Fact]
    public void Filter_WithSinceBehindUntil_IsRefused()
    {
        var reader = new ParameterReader(s_now);
        new CrashListParameters { Since = "2h", Until = "7d" }.Read(reader, out _);

        Assert.Equal("since", Assert.Single(reader.Problems).Parameter);
    }

    [Fact]
    public void Text_WithControlCharacters_IsRefused()
    {
        var reader = new ParameterReader(s_now);

        Assert.Null(reader.Text("q", "a\0b"));
        Assert.Null(reader.Text("host", "\x1b[31m"));
        Assert.Equal(2, reader.Problems.Count);
    }

    [Theory]
    [InlineData("web-1", null, "web-1")]
    [InlineData("1", null, "1")]
    [InlineData("10.0.0.5", "10.0.0.5", null)]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5", null)]
    [InlineData("2001:db8::1", "2001:db8::1", null)]
    [InlineData(null, "192.0.2.9", null)]
    public void Host_OfADump_ClaimsWhatItSays(string? host, string? address, string? name)
    {
        var reader = new ParameterReader(s_now);
        var origin = new DumpParameters { Host = host }.Read(reader, System.Net.IPAddress.Parse("::ffff:192.0.2.9"));

        Assert.False(reader.Failed);
        Assert.Equal(address, origin.Host.Address?.ToString());
        Assert.Equal(name, origin.Host.Name);
    }

    [Fact]
    public void Host_OfADumpWithoutSource_MustBeGiven()
    {
        var reader = new ParameterReader(s_now);
        new DumpParameters().Read(reader, sender: null);

        Assert.Equal("host", Assert.Single(reader.Problems).Parameter);
    }
}
