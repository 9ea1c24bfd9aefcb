using System.Text.RegularExpressions;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;

namespace Mayday.Protocol.Tests;

/// <summary>docs/protocol.md says what the code does, or this fails.</summary>
public sealed partial class ProtocolDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Path.Combine(Root(), "docs", "protocol.md"));

    [Fact]
    public void Document_NamesEveryRejectReasonOnce()
    {
        var named = ReasonRow().Matches(s_document).Select(row => row.Groups[1].Value).Order().ToArray();
        var reasons = Enum.GetNames<PacketRejectReason>().Where(name => name != nameof(PacketRejectReason.None)).Order().ToArray();

        Assert.Equal(reasons, named);
    }

    [Fact]
    public void Document_StatesTheCaps()
    {
        Assert.Contains($"packet count > {NetoopsPacket.MaxPacketCount:N0}", s_document);
        Assert.Contains($"total > {ExtendedPacket.MaxFragmentTotal:N0}", s_document);
    }

    [Fact]
    public void Document_ListsOnlyFilesThatAreThere()
    {
        foreach (Match path in SourcePath().Matches(s_document))
        {
            Assert.True(Directory.GetFiles(Path.Combine(Root(), Path.GetDirectoryName(path.Groups[1].Value)!), Path.GetFileName(path.Groups[1].Value)).Length > 0, path.Value);
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mayday.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the checkout.");
    }

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex ReasonRow();

    [GeneratedRegex(@"`((?:src|tests)/[A-Za-z/]+/[A-Za-z*]+\.cs)`")]
    private static partial Regex SourcePath();
}
