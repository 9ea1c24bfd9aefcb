using Mayday.Protocol;
using Mayday.Store.Ingest;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Ingest;

/// <summary>What of what the fleet sent arrived, in words.</summary>
public static class LossWords
{
    public static IReadOnlyList<Fragment> Of(LossBudget budget)
    {
        if (budget.ArrivedShare is not { } share)
        {
            return budget.Received == 0
                ? [new("Nothing was accounted for yet."), new(" What hosts send is counted when their next packet tells what came before it.")]
                : [new("It cannot be told what was lost:", Tone.Strong), new($" none of the {Words.Count(budget.Received, "packet", "packets")} that arrived carries numbers that tell. Send extended netconsole with message ids.")];
        }

        var sentence = new List<Fragment>
        {
            new(Share(share), Tone.Strong),
            new(" of what the fleet is known to have sent arrived"),
        };
        if (budget.Lost == 0)
        {
            sentence.Add(new(": nothing was lost."));
        }
        else
        {
            sentence.Add(new($"; {Words.Count(budget.Lost, "packet", "packets")} of {Words.Count(budget.LossySenders, "address", "addresses")} did not"));
            sentence.Add(new(budget.LostText == 0
                ? ", and each came in another copy."
                : budget.LostText == budget.Lost ? "." : $", {Words.Count(budget.LostText)} of them in no other copy either."));
        }

        if (budget.Unknowable > 0)
        {
            sentence.Add(new($" Of {Words.Count(budget.Unknowable, "more packet", "more packets")} it cannot be told: their senders do not number them, or hold some back."));
        }

        return sentence;
    }

    /// <summary>Never "100 %" when something is missing.</summary>
    public static string Share(double share) => share switch
    {
        1 => "All",
        > 0.99995 => "More than 99.99 %",
        _ => Words.Percent(share),
    };

    /// <summary>The way a host's packets came, as a person says it.</summary>
    public static string Transport(string word) => word switch
    {
        "netconsole-basic" => "netconsole, basic",
        "netconsole" => "netconsole, extended",
        _ => word,
    };
}
