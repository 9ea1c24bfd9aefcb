using Mayday.Store.Ingest;
using Mayday.Web.Components.Ingest;

namespace Mayday.Web.Tests.Pages;

public sealed class LossWordsTests
{
    private static string Say(LossBudget budget) => string.Concat(LossWords.Of(budget).Select(fragment => fragment.Text));

    private static LossBudget Budget(long received, long lost, long lostText, long hosts, long unknowable = 0) => new()
    {
        Since = DateTimeOffset.UnixEpoch,
        Received = received,
        Lost = lost,
        LostText = lostText,
        LossySenders = hosts,
        Unknowable = unknowable,
    };

    [Theory]
    [InlineData(40_000, 12, 12, 3, 0, "99.97 % of what the fleet is known to have sent arrived; 12 packets of 3 addresses did not.")]
    [InlineData(40_000, 12, 2, 3, 0, "99.97 % of what the fleet is known to have sent arrived; 12 packets of 3 addresses did not, 2 of them in no other copy either.")]
    [InlineData(40_000, 1, 0, 1, 0, "More than 99.99 % of what the fleet is known to have sent arrived; 1 packet of 1 address did not, and each came in another copy.")]
    [InlineData(40_000, 0, 0, 0, 0, "All of what the fleet is known to have sent arrived: nothing was lost.")]
    [InlineData(
        100, 0, 0, 0, 40, "All of what the fleet is known to have sent arrived: nothing was lost. Of 40 more packets it cannot be told: their senders do not number them, or hold some back.")]
    [InlineData(40, 0, 0, 0, 40, "It cannot be told what was lost: none of the 40 packets that arrived carries numbers that tell. Send extended netconsole with message ids.")]
    [InlineData(0, 0, 0, 0, 0, "Nothing was accounted for yet. What hosts send is counted when their next packet tells what came before it.")]
    public void Budget_IsASentence(long received, long lost, long lostText, long hosts, long unknowable, string sentence) =>
        Assert.Equal(sentence, Say(Budget(received, lost, lostText, hosts, unknowable)));
}
