using System.Data.Common;
using Mayday.Store.Bugs;
using Mayday.Web.Components.Crashes;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Bugs;

/// <summary>A person says that two bugs are one, or that a signature stands for itself: the same decisions as over REST.</summary>
public sealed partial class BugPage
{
    private Question? _question;
    private string? _problem;
    private Outcome? _outcome;

    [Inject] public required BugDecisions Decisions { get; init; }

    private void AskMerge(BugItem? into) => Ask(new Question(into, null));

    private void AskSplit(BugSignature signature) => Ask(new Question(null, signature));

    private void Ask(Question? question)
    {
        _question = question;
        _problem = null;
        _outcome = null;
    }

    private async Task DecideAsync(BugDecisionAnswer answer)
    {
        if (_question is not { } question || _bug is null)
        {
            return;
        }

        try
        {
            if (question.Signature is { } signature)
            {
                Tell(await Decisions.SplitAsync(Id, signature.SignatureHash, answer.Note, Gone), isSplit: true);
            }
            else if ((question.Into?.Id ?? BugIn(answer.Bug)) is { } into)
            {
                Tell(await Decisions.MergeAsync(Id, into, answer.Note, Gone), isSplit: false);
            }
            else
            {
                _problem = "That names no bug. Paste the address of the other bug's page, or the id at its end.";
            }
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or IOException)
        {
            DecidingFailed(Loggers.CreateLogger(typeof(BugPage).FullName!), exception);
            _problem = "The database did not answer, and nothing was changed. Try again.";
        }

        if (_outcome is not null)
        {
            await RereadAsync();
        }
    }

    private void Tell(BugDecision decision, bool isSplit)
    {
        _problem = decision.Outcome switch
        {
            BugDecisionOutcome.Done => null,
            BugDecisionOutcome.NoSuchBug => "This bug is not here any more. Reload the page.",
            BugDecisionOutcome.NoSuchTarget => "No bug has that id. Copy the address of its page once more.",
            BugDecisionOutcome.SameBug => "That is this bug itself. Name another one.",
            BugDecisionOutcome.MergedAlready => "One of the two is part of another bug already. Open that bug and merge there.",
            BugDecisionOutcome.NotOfThisBug => "The signature is no part of this bug any more. Reload the page.",
            _ => "The bug is named after this signature. Take the others out of it instead.",
        };
        if (decision is { Outcome: BugDecisionOutcome.Done, Bug: { } holder })
        {
            _outcome = new Outcome(isSplit, holder, decision.Crashes);
            _question = null;
        }
    }

    private async Task RereadAsync()
    {
        _bug = await ReadAsync(cancellation => Queries.Bugs.FindBugAsync(Id, cancellation)) ?? _bug;
        _similar = await ReadAsync(cancellation => Queries.Bugs.FindSimilarBugsAsync(Id, cancellation)) ?? [];
        if (_grid is not null)
        {
            await _grid.RefreshAsync();
        }
    }

    /// <summary>An id, or an address that ends with one.</summary>
    private static Guid? BugIn(string text)
    {
        var path = text.Split('?', '#')[0].TrimEnd('/');
        return Guid.TryParseExact(path[(path.LastIndexOf('/') + 1)..], "D", out var id) ? id : null;
    }

    [Microsoft.Extensions.Logging.LoggerMessage(EventId = 5004, Level = Microsoft.Extensions.Logging.LogLevel.Warning, Message = "A decision about bugs could not be stored")]
    private static partial void DecidingFailed(Microsoft.Extensions.Logging.ILogger logger, Exception exception);

    /// <summary>Merge into a bug (null: into one yet to be named), or take a signature out.</summary>
    private sealed record Question(BugItem? Into, BugSignature? Signature);

    private sealed record Outcome(bool IsSplit, Guid Holder, long Crashes);
}
