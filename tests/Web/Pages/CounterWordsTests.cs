using Mayday.Protocol;
using Mayday.Web.Components.Ingest;

namespace Mayday.Web.Tests.Pages;

public sealed class CounterWordsTests
{
    public static TheoryData<PacketRejectReason> Reasons => [.. Enum.GetValues<PacketRejectReason>().Where(reason => reason != PacketRejectReason.None)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void OfReason_EveryReasonOfTheProtocol_HasItsSentence(PacketRejectReason reason) => Assert.EndsWith(".", CounterWords.OfReason($"{reason}"), StringComparison.Ordinal);
}
