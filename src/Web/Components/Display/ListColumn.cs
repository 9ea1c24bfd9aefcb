using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using MudBlazor;

namespace Mayday.Web.Components.Display;

/// <summary>
/// A column of a <see cref="LiveGrid{T}"/>. Its head is a button that says the column's name: MudBlazor's own sort button is called "Sort" in
/// every column, which tells a screen reader nothing.
/// </summary>
public sealed class ListColumn<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T> : TemplateColumn<T>
{
    private readonly string _key = Guid.NewGuid().ToString();

    /// <summary>One class name for the head and the cells: width, alignment, and where it goes on a narrow screen.</summary>
    [Parameter] public string Css { get; set; } = "";

    /// <summary>What the server sorts by; a column without one cannot be sorted.</summary>
    [Parameter] public string? SortKey { get; set; }

    /// <summary>The direction of the first click.</summary>
    [Parameter] public bool DescendingFirst { get; set; }

    /// <summary>False where a list makes no sense without this column.</summary>
    [Parameter] public bool CanHide { get; set; } = true;

    public override string PropertyName => SortKey ?? _key;

    public override RenderFragment<HeaderContext<T>> GetHeaderTemplate() => _ => RenderHead;

    protected override void OnParametersSet()
    {
        HeaderClass = Css;
        CellClass = Css;
        Sortable = SortKey is not null;
        Resizable = true;
        Hideable = CanHide;
        InitialSortDirection = DescendingFirst ? SortDirection.Descending : SortDirection.Ascending;
        base.OnParametersSet();
    }

    private void RenderHead(RenderTreeBuilder builder)
    {
        if (SortKey is null)
        {
            builder.AddContent(0, Title);
            return;
        }

        // A click goes up to MudBlazor's own handler around the head.
        builder.OpenElement(1, "button");
        builder.AddAttribute(2, "type", "button");
        builder.AddAttribute(3, "class", "head");
        builder.AddContent(4, Title);
        builder.CloseElement();
    }
}
